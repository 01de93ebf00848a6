import type { Field, Message } from '../messages/message.ts';
import { skipField } from '../skip-field.ts';
import { type Cursor, readInt32, readLength, readTag, readVarint64, skipVarint, wireBytes, wireVarint } from '../wire.ts';

/** A message as the JSON shows it: plain data that `JSON.stringify` writes. */
export type JsonMessage = { [name: string]: unknown };

/**
 * Reads validated bytes as the object of OTLP/JSON: lowerCamelCase names, ids in hex, other bytes in base64, 64-bit integers as
 * strings, enums as numbers. Unknown fields have no name and are left out. What is in `into` is merged with, as on the wire.
 */
export function readMessage(bytes: Buffer, start: number, end: number, message: Message, into: JsonMessage): JsonMessage {
  const cursor = { bytes, position: start };
  let isOneofSet = !isEmpty(into);
  while (cursor.position < end) {
    const tag = readTag(cursor, end);
    const field = message.byNumber[tag >>> 3];
    const at = cursor.position;
    skipField(cursor, end, tag, 0);
    if (field === undefined) continue;
    if (field.oneof !== undefined) {
      if (isOneofSet) clearOthers(into, message, field);
      isOneofSet = true;
    }
    if (field.type === 'message') readNested(bytes, contentStart(cursor, at), cursor.position, field, into);
    else if (field.packable) readList(cursor, tag, at, field, into);
    else if (field.repeated === true) appendTo(into, field, readScalar(bytes, contentStart(cursor, at), cursor.position, field));
    else setScalar(bytes, scalarStart(cursor, at, field), cursor.position, field, into);
  }
  return into;
}

function isEmpty(value: JsonMessage): boolean {
  for (const _name in value) return false;
  return true;
}

function clearOthers(into: JsonMessage, message: Message, chosen: Field): void {
  for (const field of message.byNumber) {
    if (field !== undefined && field !== chosen && field.oneof === chosen.oneof && field.name in into) delete into[field.name];
  }
}

function readNested(bytes: Buffer, start: number, end: number, field: Field, into: JsonMessage): void {
  const message = field.message!();
  if (field.repeated === true) appendTo(into, field, readMessage(bytes, start, end, message, {}));
  else into[field.name] = readMessage(bytes, start, end, message, (into[field.name] as JsonMessage | undefined) ?? {});
}

function appendTo(into: JsonMessage, field: Field, item: unknown): void {
  const list = into[field.name] as unknown[] | undefined;
  if (list === undefined) into[field.name] = [item];
  else list.push(item);
}

/** Repeated numbers come packed into one bytes field, or one by one, or both. */
function readList(cursor: Cursor & { bytes: Buffer }, tag: number, at: number, field: Field, into: JsonMessage): void {
  const end = cursor.position;
  if ((tag & 7) !== wireBytes) {
    appendTo(into, field, readScalar(cursor.bytes, at, end, field));
    return;
  }
  cursor.position = contentStart(cursor, at);
  while (cursor.position < end) {
    const start = cursor.position;
    if (field.wireType === wireVarint) skipVarint(cursor, end);
    else cursor.position += 8;
    appendTo(into, field, readScalar(cursor.bytes, start, cursor.position, field));
  }
}

function setScalar(bytes: Buffer, start: number, end: number, field: Field, into: JsonMessage): void {
  const value = readScalar(bytes, start, end, field);
  if (field.presence === true || !isDefault(field, value)) into[field.name] = value;
  else delete into[field.name];
}

/** A 64-bit zero is the text "0", as no text field's default is. */
function isDefault(field: Field, value: unknown): boolean {
  if (field.wireType === wireBytes) return value === '';
  return value === '0' || value === false || Object.is(value, 0);
}

function scalarStart(cursor: Cursor, at: number, field: Field): number {
  return field.wireType === wireBytes ? contentStart(cursor, at) : at;
}

/** Where the content of a bytes field starts whose length stands at `at`; the cursor is at its end and stays there. */
function contentStart(cursor: Cursor, at: number): number {
  const end = cursor.position;
  cursor.position = at;
  const length = readLength(cursor, end);
  cursor.position = end;
  return end - length;
}

function readScalar(bytes: Buffer, start: number, end: number, field: Field): unknown {
  switch (field.type) {
    case 'string':
      return bytes.toString('utf8', start, end);
    case 'bytes':
      return bytes.toString('base64', start, end);
    case 'id16':
    case 'id8':
      return bytes.toString('hex', start, end);
    case 'bool':
      return readVarint64(bytes, start) !== 0n;
    case 'uint32':
      return readInt32(bytes, start) >>> 0;
    case 'sint32':
      return unZigZag(readInt32(bytes, start));
    case 'int64':
      return String(BigInt.asIntN(64, readVarint64(bytes, start)));
    case 'uint64':
      return String(readVarint64(bytes, start));
    case 'fixed32':
      return bytes.readUInt32LE(start);
    case 'fixed64':
      return String(bytes.readBigUInt64LE(start));
    case 'sfixed64':
      return String(bytes.readBigInt64LE(start));
    case 'double':
      return showDouble(bytes.readDoubleLE(start));
    default:
      return readInt32(bytes, start);
  }
}

function unZigZag(value: number): number {
  return (value >>> 1) ^ -(value & 1);
}

/** `JSON.stringify` writes -0 as 0 and has no NaN. */
function showDouble(value: number): unknown {
  if (!Number.isFinite(value)) return String(value);
  return Object.is(value, -0) ? rawMinusZero : value;
}

const rawMinusZero: unknown = (JSON as unknown as { readonly rawJSON: (text: string) => unknown }).rawJSON('-0');
