import { strict as assert } from 'node:assert';
import type { Encoding } from '../ingest.ts';
import type { CodecResult, Signal } from './codec.ts';
import { cutText } from './cut-text.ts';
import type { JsonMessage } from './json/read-message.ts';
import { responseBytesMax, responseMessageBytesMax } from './limits.ts';
import { decodeMessage, encodeMessage } from './message-codec.ts';
import type { Message } from './messages/message.ts';
import { responseForms } from './messages/responses.ts';
import { parseJson } from './parse-json.ts';

/** What a server did not take: a number of spans, log records or data points, and why. A message with 0 is a warning. */
export type PartialSuccess = {
  readonly rejectedCount: number;
  readonly message: string;
};

/**
 * The answer to an accepted request: 0 bytes or `{}` when all of it was, as clients expect to the byte.
 *
 *     1 partial_success: 1 rejected_{spans,log_records,data_points} int64 · 2 error_message string
 */
export function encodeExportResponse(signal: Signal, encoding: Encoding, partial?: PartialSuccess): Buffer {
  const { response, rejectedName } = responseForms[signal];
  const errorMessage = cutText(partial?.message ?? '', responseMessageBytesMax);
  const value = partial === undefined ? {} : { partialSuccess: { [rejectedName]: String(partial.rejectedCount), errorMessage } };
  return writeResponse(response, encoding, value);
}

/** A response in either encoding, from the object JSON shows. */
export function writeResponse(message: Message, encoding: Encoding, value: JsonMessage): Buffer {
  if (encoding === 'json') return Buffer.from(JSON.stringify(value));
  const encoded = encodeMessage(message, value, 256);
  assert(encoded.kind === 'ok', `response: ${encoded.kind === 'ok' ? '' : `${encoded.where}: ${encoded.problem}`}`);
  return encoded.body;
}

/** What the body of a 2xx answer, or of a gRPC response, says about the request. Full success is 0 rejected and no message. */
export function decodeExportResponse(
  signal: Signal,
  encoding: Encoding,
  body: Uint8Array,
): CodecResult<{ readonly partial: PartialSuccess }> {
  const { response, rejectedName } = responseForms[signal];
  const read = readResponse(response, encoding, body);
  if (read.kind !== 'ok') return read;
  const success = read.value['partialSuccess'] as
    | { readonly errorMessage?: string; readonly [name: string]: string | undefined }
    | undefined;
  const rejectedCount = Number(success?.[rejectedName] ?? 0);
  return { kind: 'ok', partial: { rejectedCount, message: success?.errorMessage ?? '' } };
}

/** A response in either encoding as the object JSON shows, checked against its message. */
export function readResponse(
  message: Message,
  encoding: Encoding,
  body: Uint8Array,
): CodecResult<{ readonly value: JsonMessage }> {
  if (body.length > responseBytesMax) {
    return { kind: 'invalid', where: 'response', problem: `expected at most ${responseBytesMax} bytes, found ${body.length}` };
  }
  if (encoding === 'protobuf') return decodeMessage(message, body);
  const parsed = parseJson(body);
  if (parsed.kind !== 'ok') return parsed;
  // Through the bytes: what comes out has the types of the message, whatever went in.
  const encoded = encodeMessage(message, parsed.value, body.length);
  return encoded.kind === 'ok' ? decodeMessage(message, encoded.body) : { ...encoded, kind: 'invalid' };
}
