import { Buffer } from 'node:buffer';
import { hash } from 'node:crypto';
import { reserve, type Writer } from '../otlp/writer.ts';
import { entryIdBytes } from './cost-fact-fields.ts';

/**
 * Identity of an entry, 32 hex digits: the first half of SHA-256 over tenant, trace and span, a line each. What is no span has a
 * name instead that is no span id.
 */
export function entryIdOf(tenant: string, traceId: string, spanId: string): string {
  return hash('sha256', `${tenant}\n${traceId}\n${spanId}`, 'hex').slice(0, 2 * entryIdBytes);
}

/** Writes the identity of the entry of the span whose place this is: the same, without making texts of its ids. */
export function writeEntryId(writer: Writer, place: Uint8Array, tenant: string): void {
  const hashed = linesOf(tenant);
  const spanAt = hashed.byteLength - spanDigits;
  const traceAt = spanAt - 1 - traceDigits;
  for (let index = 0; index < traceDigits / 2; index += 1) hashed.setUint16(traceAt + 2 * index, digitsOf[place[index]!]!);
  for (let index = 0; index < spanDigits / 2; index += 1) {
    hashed.setUint16(spanAt + 2 * index, digitsOf[place[traceDigits / 2 + index]!]!);
  }
  // One character a byte: such a text is made and read several times faster than a buffer.
  const digest = hash('sha256', hashed, 'binary');
  reserve(writer, entryIdBytes);
  const { bytes, length } = writer;
  for (let index = 0; index < entryIdBytes; index += 1) bytes[length + index] = digest.charCodeAt(index);
  writer.length = length + entryIdBytes;
}

const traceDigits = 32;
const spanDigits = 16;

let lastTenant: string | undefined;
let lastLines = new DataView(new ArrayBuffer(0));

/** What is hashed for a tenant, with room for the digits. Spans of one tenant come one after the other. */
function linesOf(tenant: string): DataView {
  if (tenant !== lastTenant) {
    const lines = Buffer.from(`${tenant}\n${' '.repeat(traceDigits)}\n${' '.repeat(spanDigits)}`);
    [lastTenant, lastLines] = [tenant, new DataView(lines.buffer, lines.byteOffset, lines.length)];
  }
  return lastLines;
}

/** The two hex digits of each byte in ASCII, lower case, as one number. */
const digitsOf: Uint16Array = Uint16Array.from(
  { length: 256 },
  (_, byte) => Buffer.from([byte]).toString('hex').charCodeAt(0) * 256 + Buffer.from([byte]).toString('hex').charCodeAt(1),
);
