import type { Encoding } from '../ingest.ts';
import type { CodecResult } from './codec.ts';
import { cutText } from './cut-text.ts';
import type { JsonMessage } from './json/read-message.ts';
import { fieldViolationsMax, responseBytesMax, responseMessageBytesMax } from './limits.ts';
import { decodeMessage } from './message-codec.ts';
import type { Message } from './messages/message.ts';
import { badRequest, retryInfo, rpcStatus } from './messages/responses.ts';
import { parseJson } from './parse-json.ts';
import { readResponse, writeResponse } from './response.ts';

/** A refusal as google.rpc.Status carries it. */
export type RpcStatus = {
  /** A gRPC code: 3 invalid argument, 8 resource exhausted, 14 unavailable ... */
  readonly code: number;
  readonly message: string;
  /** RetryInfo: come back after so many milliseconds. */
  readonly retryDelayMs?: number;
  /** BadRequest: which fields are wrong. */
  readonly fieldViolations?: ReadonlyArray<{ readonly field: string; readonly description: string }>;
};

const retryInfoUrl = 'type.googleapis.com/google.rpc.RetryInfo';
const badRequestUrl = 'type.googleapis.com/google.rpc.BadRequest';

/**
 * The body of a refusal. Its message is cut to {@link responseMessageBytesMax}.
 *
 *     google.rpc.Status: 1 code int32 · 2 message string · 3 details Any repeated (RetryInfo, BadRequest)
 */
export function encodeStatus(encoding: Encoding, status: RpcStatus): Buffer {
  const details: JsonMessage[] = [];
  if (status.retryDelayMs !== undefined) {
    details.push(createDetail(encoding, retryInfoUrl, retryInfo, { retryDelay: createDuration(encoding, status.retryDelayMs) }));
  }
  if (status.fieldViolations !== undefined) {
    const fieldViolations = status.fieldViolations.slice(0, fieldViolationsMax).map(({ field, description }) => ({
      field: cutText(field, responseMessageBytesMax),
      description: cutText(description, responseMessageBytesMax),
    }));
    details.push(createDetail(encoding, badRequestUrl, badRequest, { fieldViolations }));
  }
  const message = cutText(status.message, responseMessageBytesMax);
  return writeResponse(rpcStatus, encoding, { code: status.code, message, ...(details.length > 0 && { details }) });
}

/** Any: 1 type_url string · 2 value bytes. JSON has the members beside `@type` instead. */
function createDetail(encoding: Encoding, typeUrl: string, message: Message, value: JsonMessage): JsonMessage {
  if (encoding === 'json') return { '@type': typeUrl, ...value };
  return { typeUrl, value: writeResponse(message, 'protobuf', value).toString('base64') };
}

/** Duration: 1 seconds int64 · 2 nanos int32. JSON has text such as `1.500s` instead. */
function createDuration(encoding: Encoding, delayMs: number): unknown {
  const wholeMs = Math.max(0, Math.round(delayMs));
  const seconds = Math.floor(wholeMs / 1_000);
  const restMs = wholeMs % 1_000;
  if (encoding === 'protobuf') return { seconds: String(seconds), nanos: restMs * 1_000_000 };
  return restMs === 0 ? `${seconds}s` : `${seconds}.${String(restMs).padStart(3, '0')}s`;
}

/** What the body of a refusal says; details of other kinds are skipped. */
export function decodeStatus(encoding: Encoding, body: Uint8Array): CodecResult<{ readonly status: RpcStatus }> {
  const read = encoding === 'json' ? readJsonStatus(body) : readResponse(rpcStatus, encoding, body);
  if (read.kind !== 'ok') return read;
  const { code = 0, message = '', details = [] } = read.value as StatusMessage;
  const status: RpcStatus = { code, message };
  return { kind: 'ok', status: Object.assign(status, ...details.map(encoding === 'json' ? readJsonDetail : readDetail)) };
}

type StatusMessage = { readonly code?: number; readonly message?: string; readonly details?: readonly JsonMessage[] };

/** In JSON the details are not the message's bytes, so they are taken as they are and looked at one by one. */
function readJsonStatus(body: Uint8Array): CodecResult<{ readonly value: JsonMessage }> {
  if (body.length > responseBytesMax) return readResponse(rpcStatus, 'json', body);
  const parsed = parseJson(body);
  if (parsed.kind !== 'ok') return parsed;
  const read = readResponse(
    rpcStatus,
    'json',
    Buffer.from(JSON.stringify(parsed.value, (key, value) => (key === 'details' ? null : value))),
  );
  if (read.kind !== 'ok') return read;
  const details = (parsed.value as { readonly details?: unknown }).details;
  return { kind: 'ok', value: { ...read.value, details: Array.isArray(details) ? details.filter(isObject) : [] } };
}

function isObject(value: unknown): value is JsonMessage {
  return typeof value === 'object' && value !== null;
}

type Detail = Partial<Pick<RpcStatus, 'retryDelayMs' | 'fieldViolations'>>;

function readJsonDetail(detail: JsonMessage): Detail {
  if (detail['@type'] === retryInfoUrl) return readDelay(detail['retryDelay']);
  if (detail['@type'] !== badRequestUrl) return {};
  const violations = readResponse(badRequest, 'json', Buffer.from(JSON.stringify(detail)));
  return violations.kind === 'ok' ? readViolations(violations.value) : {};
}

function readDelay(text: unknown): Detail {
  const match = typeof text === 'string' ? /^(\d{1,12})(?:\.(\d{1,9}))?s$/.exec(text) : null;
  if (match === null) return {};
  return { retryDelayMs: Number(match[1]) * 1_000 + Math.ceil(Number((match[2] ?? '').padEnd(9, '0')) / 1_000_000) };
}

/** Details that cannot be read say nothing; the refusal itself stands. */
function readDetail(detail: JsonMessage): Detail {
  const value = Buffer.from(typeof detail['value'] === 'string' ? detail['value'] : '', 'base64');
  const message = detail['typeUrl'] === retryInfoUrl ? retryInfo : badRequest;
  if (message === badRequest && detail['typeUrl'] !== badRequestUrl) return {};
  const read = decodeMessage(message, value);
  if (read.kind !== 'ok') return {};
  if (message === badRequest) return readViolations(read.value);
  const { seconds = '0', nanos = 0 } = (read.value['retryDelay'] ?? {}) as { readonly seconds?: string; readonly nanos?: number };
  return { retryDelayMs: Math.max(0, Number(seconds) * 1_000 + Math.ceil(nanos / 1_000_000)) };
}

function readViolations(value: JsonMessage): Detail {
  const violations = (value['fieldViolations'] ?? []) as ReadonlyArray<{
    readonly field?: string;
    readonly description?: string;
  }>;
  return { fieldViolations: violations.map(({ field = '', description = '' }) => ({ field, description })) };
}
