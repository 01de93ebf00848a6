import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import type { CostRecord } from '@costspan/ledger';
import type { Redaction } from './config/config.ts';
import type { AnswerCodec } from './exporters/answer-codec.ts';
import type { OutgoingCodec } from './exporters/create-otlp-exporter.ts';
import type { CodecResult, Signal } from './otlp/codec.ts';
import { countItems } from './otlp/count-items.ts';
import { jsonToProtobuf, protobufToJson } from './otlp/json.ts';
import { encodeLogEvents, type LogSource } from './otlp/log-events.ts';
import { decodeExportResponse, encodeExportResponse } from './otlp/response.ts';
import { decodeStatus, encodeStatus } from './otlp/rpc-status.ts';
import { splitByBytes } from './otlp/split.ts';
import { type ValidRequest, validateRequest } from './otlp/validate-request.ts';
import type { ResponseCodec } from './receivers/response-codec.ts';
import { auditToLogEvent } from './store/audit-event.ts';
import { entryToLogEvent } from './store/entry-event.ts';
import type { OutgoingEvent } from './store/outgoing.ts';
import { recordToLogEvent } from './store/record-event.ts';
import { redactAudit } from './store/redact-audit.ts';
import { redactEntry } from './store/redact-entry.ts';
import { redactRecord } from './store/redact-record.ts';
import { sightingToLogEvent } from './store/sighting-event.ts';

/** How receivers write their answers. */
export const responseCodec: ResponseCodec = {
  exportResponse: (signal, encoding, partial) => encodeExportResponse(signal, encoding, partial),
  status: (encoding, status) => encodeStatus(encoding, status),
};

/** Reads OTLP/JSON. */
export function toProtobuf(
  signal: Signal,
  body: Uint8Array,
  allocate?: (byteCount: number) => Buffer,
): CodecResult<{ readonly body: Uint8Array }> {
  return jsonToProtobuf(signal, body, allocate);
}

/** Writes OTLP/JSON. The request has been validated before: only valid ones come this far. */
export function toJson(signal: Signal, body: Uint8Array): Uint8Array {
  const written = protobufToJson(signal, body);
  assert(written.kind === 'ok', `outgoing ${signal}: ${written.kind === 'ok' ? '' : `${written.where}: ${written.problem}`}`);
  return Buffer.from(written.text);
}

/** Checks a protobuf request down to its last nested value, and counts what is in it. */
export function validate(signal: Signal, body: Uint8Array): CodecResult<ValidRequest> {
  return validateRequest(signal, body);
}

/** How exporters read the answers of destinations. */
export const answerCodec: AnswerCodec = {
  exportResponse: (signal, encoding, body) => {
    const read = decodeExportResponse(signal, encoding, body);
    if (read.kind === 'invalid') return undefined;
    return read.partial.rejectedCount === 0 && read.partial.message === '' ? {} : { partial: read.partial };
  },
  status: (encoding, body) => {
    const read = decodeStatus(encoding, body);
    return read.kind === 'invalid' ? undefined : read.status;
  },
};

/** How exporters write requests. */
export const outgoingCodec: OutgoingCodec = {
  split: (signal, body, bytesMax) => {
    const split = splitByBytes(signal, body, bytesMax);
    assert(split.kind === 'ok', `outgoing ${signal}: ${split.kind === 'ok' ? '' : `${split.where}: ${split.problem}`}`);
    const parts = split.parts.map((part) => ({ body: part, itemCount: countItems(signal, part) }));
    return { parts, oversizedCount: split.oversizeCount };
  },
  toJson,
};

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

/** Records of one ledger as a request of OTLP logs, emitted at this instant. */
export function encodeRecords(records: readonly CostRecord[], emittedAtNs: bigint, redaction: Redaction = []): Uint8Array {
  return encodeLogEvents(
    sourceOf(records[0]?.emitter ?? ''),
    records.map((record) => recordToLogEvent(redactRecord(record, redaction), emittedAtNs)),
  );
}

/** What a ledger decided as a request of OTLP logs, emitted at this instant. */
export function encodeOutgoing(
  events: readonly OutgoingEvent[],
  emitter: string,
  emittedAtNs: bigint,
  redaction: Redaction = [],
): Uint8Array {
  return encodeLogEvents(
    sourceOf(emitter),
    events.map((event) => {
      switch (event.kind) {
        case 'entry':
          return entryToLogEvent(redactEntry(event.entry, redaction), emittedAtNs);
        case 'sighting':
          return sightingToLogEvent(event.sent, emittedAtNs, redaction);
        case 'audit':
          return auditToLogEvent(redactAudit(event.sent, redaction), { emitter, emittedAtNs });
        default:
          return event satisfies never;
      }
    }),
  );
}

/** The emitter says which ledger: two of them must not look like one instance whose totals jump. */
function sourceOf(emitter: string): LogSource {
  return {
    resourceAttributes: [
      ['service.name', 'costspan'],
      ['service.instance.id', emitter],
    ],
    scopeName: '@costspan/collector-processor',
    scopeVersion: String(version),
  };
}
