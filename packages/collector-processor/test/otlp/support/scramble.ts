import type protobuf from 'protobufjs';
import { oracle } from '../proto.ts';
import type { Random } from './random.ts';

type Value = Readonly<Record<string, unknown>>;

/**
 * Some other legal spelling of a message, one of many: fields in any order, varints longer than needed, sub-messages in pieces,
 * values that a later one overrides, unknown fields and groups anywhere. Whoever reads protobuf reads the same in it.
 */
export function encodeScrambled(typeName: string, value: Value, random: Random): Buffer {
  return scrambleMessage(oracle(typeName), value, random);
}

function scrambleMessage(type: protobuf.Type, value: Value, random: Random): Buffer {
  return Buffer.concat(scrambleFields(type, value, random));
}

/** Chunks of the fields, in an order that keeps those of one field, or of one oneof, behind each other. */
function scrambleFields(type: protobuf.Type, value: Value, random: Random): Buffer[] {
  const queues = new Map<string, Buffer[]>();
  for (const [name, member] of Object.entries(value)) {
    const field = type.fields[name]!.resolve();
    const queue = queues.get(field.partOf?.name ?? name) ?? [];
    queues.set(field.partOf?.name ?? name, queue);
    if (field.repeated)
      for (const item of member as readonly unknown[]) queue.push(...scrambleField(type, field, item, random, false));
    else queue.push(...scrambleField(type, field, member, random, true));
  }
  for (let count = random(6) === 0 ? 1 + random(2) : 0; count > 0; count -= 1)
    queues.set(`unknown ${count}`, [createUnknown(random, 0)]);
  return interleave([...queues.values()], random);
}

function interleave(queues: Buffer[][], random: Random): Buffer[] {
  const chunks: Buffer[] = [];
  const rest = queues.filter((queue) => queue.length > 0);
  while (rest.length > 0) {
    const index = random(rest.length);
    chunks.push(rest[index]!.shift()!);
    if (rest[index]!.length === 0) rest.splice(index, 1);
  }
  return chunks;
}

function scrambleField(type: protobuf.Type, field: protobuf.Field, value: unknown, random: Random, singular: boolean): Buffer[] {
  const nested = field.resolvedType as protobuf.Type | null;
  if (nested === null) {
    const chunk = scrambleScalar(type, field, value, random);
    // A default is not written, so it would not override.
    const isOverriding = singular && field.type === 'string' && chunk.length > 0 && random(6) === 0;
    return isOverriding ? [scrambleScalar(type, field, 'overridden', random), chunk] : [chunk];
  }
  const chunks = scrambleFields(nested, value as Value, random);
  const cut = singular && random(4) === 0 ? random(chunks.length + 1) : 0;
  const pieces = cut === 0 ? [chunks] : [chunks.slice(0, cut), chunks.slice(cut)];
  return pieces.map((piece) => {
    const content = Buffer.concat(piece);
    return Buffer.concat([spellVarint(field.id * 8 + 2, random), spellVarint(content.length, random), content]);
  });
}

function scrambleScalar(type: protobuf.Type, field: protobuf.Field, value: unknown, random: Random): Buffer {
  const canonical = Buffer.from(
    type.encode(type.create(type.fromObject({ [field.name]: field.repeated ? [value] : value }))).finish(),
  );
  if (canonical.length === 0) return canonical;
  const tag = readVarint(canonical);
  const wireType = tag.value & 7;
  const rest = canonical.subarray(tag.length);
  if (wireType === 2) {
    const length = readVarint(rest);
    return Buffer.concat([spellVarint(tag.value, random), spellVarint(length.value, random), rest.subarray(length.length)]);
  }
  return Buffer.concat([spellVarint(tag.value, random), wireType === 0 ? lengthen(rest, random) : rest]);
}

function readVarint(bytes: Buffer): { value: number; length: number } {
  let value = 0;
  let length = 0;
  let byte = 0x80;
  while (byte >= 0x80) {
    byte = bytes[length]!;
    value += (byte & 0x7f) * 128 ** length;
    length += 1;
  }
  return { value, length };
}

function spellVarint(value: number, random: Random): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  bytes.push(rest);
  return lengthen(Buffer.from(bytes), random);
}

/** One time in eight, zero groups that change nothing: up to five bytes, as some decoders read no longer tag. */
function lengthen(varint: Buffer, random: Random): Buffer {
  const extra = varint.length < 5 && random(8) === 0 ? 1 + random(5 - varint.length) : 0;
  if (extra === 0) return varint;
  const longer = Buffer.concat([varint, Buffer.alloc(extra, 0x80)]);
  longer[varint.length - 1]! |= 0x80;
  longer[longer.length - 1] = 0;
  return longer;
}

function createUnknown(random: Random, depth: number): Buffer {
  const number = 1_000 + random(100);
  const wireType = [0, 1, 2, 3, 5][random(depth < 2 ? 5 : 3)]!;
  const tag = spellVarint(number * 8 + wireType, random);
  const content = {
    0: () => spellVarint(random(1e6), random),
    1: () => Buffer.alloc(8, random(256)),
    2: () => Buffer.concat([spellVarint(4, random), Buffer.from([random(256), random(256), random(256), random(256)])]),
    3: () => Buffer.concat([createUnknown(random, depth + 1), spellVarint(number * 8 + 4, random)]),
    5: () => Buffer.alloc(4, random(256)),
  }[wireType]!;
  return Buffer.concat([tag, content()]);
}
