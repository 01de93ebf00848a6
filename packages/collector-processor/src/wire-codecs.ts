import { strict as assert } from 'node:assert';
import type { CostRecord } from '@costspan/ledger';
import type { AnswerCodec } from './exporters/answer-codec.ts';
import type { OutgoingCodec } from './exporters/create-otlp-exporter.ts';
import type { CodecResult, Signal } from './otlp/codec.ts';
import { jsonToProtobuf, protobufToJson } from './otlp/json.ts';
import { explainFault } from './otlp/locate-fault.ts';
import { requestMessages } from './otlp/messages/signals.ts';
import { decodeExportResponse, encodeExportResponse } from './otlp/response.ts';
import { decodeStatus, encodeStatus } from './otlp/rpc-status.ts';
import { validateMessage } from './otlp/validate-message.ts';
import { startWalk } from './otlp/walk.ts';
import type { ResponseCodec } from './receivers/response-codec.ts';
import { recordToLogEvent } from './store/record-event.ts';

/** How receivers write their answers. */
export const responseCodec: ResponseCodec = {
  exportResponse: (signal, encoding, partial) => encodeExportResponse(signal, encoding, partial),
  status: (encoding, status) => encodeStatus(encoding, status),
};

/** Reads OTLP/JSON. */
export function toProtobuf(signal: Signal, body: Uint8Array): CodecResult<{ readonly body: Uint8Array }> {
  return jsonToProtobuf(signal, body);
}

/** Writes OTLP/JSON. The request has been validated before: only valid ones come this far. */
export function toJson(signal: Signal, body: Uint8Array): Uint8Array {
  const written = protobufToJson(signal, body);
  assert(written.kind === 'ok', `outgoing ${signal}: ${written.kind === 'ok' ? '' : `${written.where}: ${written.problem}`}`);
  return Buffer.from(written.text);
}

/** Checks a protobuf request down to its last nested value. */
export function validate(signal: Signal, body: Uint8Array): CodecResult<object> {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const message = requestMessages[signal];
  try {
    validateMessage(startWalk(bytes), bytes.length, message, 0);
    return { kind: 'ok' };
  } catch (error) {
    return explainFault(error, bytes, message);
  }
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
  split: (_signal, body) => ({ parts: [{ body, itemCount: 0 }], oversizedCount: 0 }),
  toJson,
};

/** Records as one request of OTLP logs. */
export function encodeRecords(records: readonly CostRecord[], nowNs: bigint): Uint8Array {
  const logRecords = records.map((record) => {
    const event = recordToLogEvent(record, nowNs);
    return {
      timeUnixNano: String(event.timeUnixNs),
      observedTimeUnixNano: String(event.timeUnixNs),
      severityNumber: event.severityNumber,
      eventName: event.eventName,
      body: { stringValue: event.body },
      attributes: event.attributes.map(([key, v]) => ({
        key,
        value:
          typeof v === 'string'
            ? { stringValue: v }
            : typeof v === 'boolean'
              ? { boolValue: v }
              : typeof v === 'bigint'
                ? { intValue: String(v) }
                : { doubleValue: v },
      })),
    };
  });
  const r = jsonToProtobuf('logs', Buffer.from(JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords }] }] })));
  assert(r.kind === 'ok');
  return r.body;
}
