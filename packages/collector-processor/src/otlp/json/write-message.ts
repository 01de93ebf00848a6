import { messageDepthMax } from '../limits.ts';
import type { Field, Message } from '../messages/message.ts';
import { closeMessage, openMessage, type Writer } from '../writer.ts';
import { JsonFault } from './json-fault.ts';
import { writeScalar, writeScalarContent } from './write-scalar.ts';

/** Writing a message from parsed JSON: where to, and how the value at hand is reached from the root. */
export type MessageWriting = {
  readonly writer: Writer;
  readonly path: Array<string | number>;
};

/**
 * Writes a JSON object as the fields of a message, in the object's order. Names of both spellings are known, unknown ones are
 * ignored, null is absent. Throws a {@link JsonFault} where the value is not what the field holds.
 */
export function writeMessage(writing: MessageWriting, value: unknown, message: Message, depth: number): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new JsonFault('an object', value);
  if (depth > messageDepthMax) throw new JsonFault(`at most ${messageDepthMax} levels`, undefined);
  const members = value as Readonly<Record<string, unknown>>;
  for (const name of Object.keys(members)) {
    const field = message.byName.get(name);
    const member = members[name];
    if (field === undefined || member === null) continue;
    writing.path.push(field.name);
    if (field.repeated === true) writeList(writing, member, field, depth);
    else writeField(writing, member, field, depth);
    writing.path.pop();
  }
}

function writeField(writing: MessageWriting, value: unknown, field: Field, depth: number): void {
  if (field.type === 'message') writeNested(writing, value, field, depth);
  else writeScalar(writing.writer, field, value);
}

function writeNested(writing: MessageWriting, value: unknown, field: Field, depth: number): void {
  const start = openMessage(writing.writer, field.tag);
  writeMessage(writing, value, field.message!(), depth + 1);
  closeMessage(writing.writer, start);
}

/** Numbers are packed into one bytes field, as proto3 does; messages and texts follow one another. */
function writeList(writing: MessageWriting, value: unknown, field: Field, depth: number): void {
  if (!Array.isArray(value)) throw new JsonFault('an array', value);
  if (value.length === 0) return;
  const packed = field.packable ? openMessage(writing.writer, packedTag(field)) : undefined;
  writing.path.push(0);
  for (const [index, item] of value.entries()) {
    writing.path[writing.path.length - 1] = index;
    if (packed !== undefined) writeScalarContent(writing.writer, field, item);
    // A null among messages is how some writers spell an empty value.
    else if (field.type === 'message') writeNested(writing, item ?? {}, field, depth);
    else writeScalar(writing.writer, { ...field, presence: true }, item);
  }
  writing.path.pop();
  if (packed !== undefined) closeMessage(writing.writer, packed);
}

function packedTag(field: Field): number {
  return field.number * 8 + 2;
}

/** `resourceSpans[0].scopeSpans[2].spans[1].traceId`; `request` at the root. */
export function formatPath(path: ReadonlyArray<string | number>): string {
  let text = '';
  for (const step of path) text += typeof step === 'number' ? `[${step}]` : text === '' ? step : `.${step}`;
  return text === '' ? 'request' : text;
}
