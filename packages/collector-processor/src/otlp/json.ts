import type { CodecResult, Signal } from './codec.ts';
import { reviveExactIntegers } from './json/integers.ts';
import { scanMessage } from './json/scan-message.ts';
import { requestBytesMax } from './limits.ts';
import { decodeMessage, encodeMessage } from './message-codec.ts';
import { requestMessages } from './messages/signals.ts';
import { parseJson } from './parse-json.ts';

type Invalid = Extract<CodecResult<unknown>, { kind: 'invalid' }>;

/**
 * An OTLP/JSON request as protobuf. Integers of 64 bits keep every digit, as strings and as numbers; ids are hex of any case;
 * enums may be names; unknown members are ignored. What is not OTLP is refused with its path. `allocate` gives memory for the
 * protobuf; default: fresh memory.
 */
export function jsonToProtobuf(
  signal: Signal,
  json: Uint8Array,
  allocate?: (byteCount: number) => Buffer,
): CodecResult<{ readonly body: Uint8Array }> {
  if (json.length > requestBytesMax) return tooLarge(json.length);
  const scanned = scanMessage(requestMessages[signal], json, allocate);
  return scanned === undefined ? parseAndEncode(signal, json) : { kind: 'ok', body: scanned };
}

/** What the scan leaves over: rare spellings, and everything that is to be refused with its path. */
export function parseAndEncode(signal: Signal, json: Uint8Array): CodecResult<{ readonly body: Uint8Array }> {
  const parsed = parseJson(json);
  if (parsed.kind !== 'ok') return parsed;
  const encoded = encodeMessage(requestMessages[signal], parsed.value, json.length >> 1);
  return encoded.kind === 'inexact' ? encodeExactly(signal, parsed.text) : encoded;
}

/** Rare: a 64-bit integer came as a number above 2^53. Reviving numbers from their source costs several times a plain parse. */
function encodeExactly(signal: Signal, text: string): CodecResult<{ readonly body: Uint8Array }> {
  let value: unknown;
  try {
    value = JSON.parse(text, reviveExactIntegers as (key: string, value: unknown) => unknown);
  } catch {
    // Reviving recurses, parsing does not: only nesting far beyond any request can end here.
    return { kind: 'invalid', where: 'request', problem: 'nested too deeply' };
  }
  const encoded = encodeMessage(requestMessages[signal], value, text.length >> 1);
  return encoded.kind === 'inexact' ? { kind: 'invalid', where: encoded.where, problem: encoded.problem } : encoded;
}

/** A protobuf request as the text of OTLP/JSON. Unknown fields have no name in JSON and are lost; bytes that are not UTF-8 become U+FFFD. */
export function protobufToJson(signal: Signal, body: Uint8Array): CodecResult<{ readonly text: string }> {
  if (body.length > requestBytesMax) return tooLarge(body.length);
  const decoded = decodeMessage(requestMessages[signal], body);
  if (decoded.kind !== 'ok') return decoded;
  try {
    return { kind: 'ok', text: JSON.stringify(decoded.value) };
  } catch (error) {
    // Escapes make a text up to six times as long as its bytes: longer than one string can be.
    if (!(error instanceof RangeError)) throw error;
    return { kind: 'invalid', where: 'request', problem: 'too large to be written as one JSON text' };
  }
}

function tooLarge(found: number): Invalid {
  return { kind: 'invalid', where: 'request', problem: `expected at most ${requestBytesMax} bytes, found ${found}` };
}
