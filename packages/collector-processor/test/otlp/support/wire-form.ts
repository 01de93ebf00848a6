/** Hand-written protobuf for cases no encoder would produce. */

/** A varint, with `extra` zero groups behind it that change nothing. */
export function varint(value: number, extra = 0): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) + 0x80);
    rest = Math.floor(rest / 0x80);
  }
  bytes.push(rest);
  if (extra > 0) {
    bytes[bytes.length - 1]! += 0x80;
    bytes.push(...Array<number>(extra - 1).fill(0x80), 0);
  }
  return Buffer.from(bytes);
}

/** The tag of a field. */
export function tag(number: number, wireType: number): Buffer {
  return varint(number * 8 + wireType);
}

/** A length-delimited field: a text, bytes, or the fields of a message. */
export function field(number: number, ...content: ReadonlyArray<Buffer | string>): Buffer {
  const bytes = Buffer.concat(content.map((each) => Buffer.from(each)));
  return Buffer.concat([tag(number, 2), varint(bytes.length), bytes]);
}

/** A request with one resource, one scope and one span of these fields. */
export function requestOfSpan(...fields: readonly Buffer[]): Buffer {
  return field(1, field(2, field(2, ...fields)));
}

/** A span's attribute with a text, or with an AnyValue's fields. */
export function attribute(key: string | Buffer, value: string | Buffer): Buffer {
  return field(9, field(1, key), field(2, typeof value === 'string' ? field(1, value) : value));
}
