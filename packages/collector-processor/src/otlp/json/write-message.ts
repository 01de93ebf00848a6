import { messageDepthMax } from '../limits.ts';
import type { Field, Message } from '../messages/message.ts';
import { closeMessage, openMessage, type Writer } from '../writer.ts';
import { JsonFault } from './json-fault.ts';
import { writeScalar, writeScalarContent } from './write-scalar.ts';

/** Writing a message from parsed JSON: where to, and by which members and list places the value at hand was reached. */
export type MessageWriting = {
  readonly writer: Writer;
  readonly names: string[];
  /** Place in a list, or -1. */
  readonly indexes: number[];
  /** Level of the last name; -1 at the root. */
  level: number;
};

/** Starts at the root of a message. */
export function startWriting(writer: Writer): MessageWriting {
  return { writer, names: [], indexes: [], level: -1 };
}

/**
 * Writes a JSON object as the fields of a message, in the object's order. Names of both spellings are known, unknown ones are
 * ignored, null is absent. Throws a {@link JsonFault} where the value is not what the field holds.
 */
export function writeMessage(writing: MessageWriting, value: unknown, message: Message, depth: number): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new JsonFault('an object', value);
  if (depth > messageDepthMax) throw new JsonFault(`at most ${messageDepthMax} levels`, undefined);
  const members = value as Readonly<Record<string, unknown>>;
  const names = Object.keys(members);
  for (let index = 0; index < names.length; index += 1) {
    const field = message.byName.get(names[index]!);
    const member = members[names[index]!];
    if (field === undefined || member === null) continue;
    writing.level = depth;
    writing.names[depth] = field.name;
    writing.indexes[depth] = -1;
    if (field.repeated === true) writeList(writing, member, field, depth);
    else if (field.type === 'message') writeNested(writing, member, field, depth);
    else writeScalar(writing.writer, field, member);
  }
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
  const packed = field.packable ? openMessage(writing.writer, field.packedTag) : undefined;
  for (let index = 0; index < value.length; index += 1) {
    writing.level = depth;
    writing.indexes[depth] = index;
    // A null among messages is how some writers spell an empty value.
    if (field.type === 'message') writeNested(writing, value[index] ?? {}, field, depth);
    else if (packed === undefined) writeScalar(writing.writer, field, value[index]);
    else writeScalarContent(writing.writer, field, value[index]);
  }
  if (packed !== undefined) closeMessage(writing.writer, packed);
}

/** Where the writing stands: `resourceSpans[0].scopeSpans[2].spans[1].traceId`; `request` at the root. */
export function formatPath({ names, indexes, level }: MessageWriting): string {
  const steps = names.slice(0, level + 1).map((name, depth) => (indexes[depth]! < 0 ? name : `${name}[${indexes[depth]}]`));
  return steps.length === 0 ? 'request' : steps.join('.');
}
