import protobuf from 'protobufjs';

/** A field as it stands in some bytes, read by protobufjs's reader and nothing of ours. */
export type RawField = {
  readonly number: number;
  readonly wireType: number;
  /** Tag, length and content in hex. */
  readonly raw: string;
  /** Content of a length-delimited field. */
  readonly content: Buffer;
};

/** The fields of a message in the order of their bytes. */
export function readRawFields(bytes: Uint8Array): RawField[] {
  const reader = protobuf.Reader.create(bytes);
  const fields: RawField[] = [];
  while (reader.pos < reader.len) {
    const start = reader.pos;
    const tag = reader.uint32();
    const wireType = tag & 7;
    const contentStart = reader.pos;
    reader.skipType(wireType, 0, tag >>> 3);
    const whole = Buffer.from(bytes.subarray(start, reader.pos));
    fields.push({
      number: tag >>> 3,
      wireType,
      raw: whole.toString('hex'),
      content: contentOf(bytes, wireType, contentStart, reader.pos),
    });
  }
  return fields;
}

function contentOf(bytes: Uint8Array, wireType: number, start: number, end: number): Buffer {
  if (wireType !== 2) return Buffer.alloc(0);
  const reader = protobuf.Reader.create(bytes.subarray(start, end));
  reader.uint32();
  return Buffer.from(bytes.subarray(start + reader.pos, end));
}
