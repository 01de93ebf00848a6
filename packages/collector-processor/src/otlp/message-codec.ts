import type { CodecResult } from './codec.ts';
import { InexactInteger, JsonFault } from './json/json-fault.ts';
import { type JsonMessage, readMessage } from './json/read-message.ts';
import { formatPath, startWriting, writeMessage } from './json/write-message.ts';
import { explainFault } from './locate-fault.ts';
import type { Message } from './messages/message.ts';
import { validateMessage } from './validate-message.ts';
import { startWalk } from './walk.ts';
import { createWriter, finishWriter } from './writer.ts';

/** Protobuf bytes; or `inexact` when an integer was parsed into a double that cannot hold it, so that the text must be parsed again. */
export type EncodedMessage =
  | CodecResult<{ readonly body: Buffer }>
  | { readonly kind: 'inexact'; readonly where: string; readonly problem: string };

/** Protobuf bytes of a message given as parsed JSON. `capacity` is a guess of their number. */
export function encodeMessage(message: Message, value: unknown, capacity: number): EncodedMessage {
  const writing = startWriting(createWriter(capacity));
  try {
    writeMessage(writing, value, message, 0);
    return { kind: 'ok', body: finishWriter(writing.writer) };
  } catch (error) {
    const where = formatPath(writing);
    if (error instanceof JsonFault) return { kind: 'invalid', where, problem: error.message };
    if (error instanceof InexactInteger)
      return { kind: 'inexact', where, problem: 'expected an integer of 64 bits, found a larger one' };
    throw error;
  }
}

/** The object of OTLP/JSON for a message in protobuf bytes, which are validated first. */
export function decodeMessage(message: Message, body: Uint8Array): CodecResult<{ readonly value: JsonMessage }> {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  try {
    validateMessage(startWalk(bytes), bytes.length, message, 0);
  } catch (error) {
    return explainFault(error, bytes, message);
  }
  return { kind: 'ok', value: readMessage(bytes, 0, bytes.length, message, {}) };
}
