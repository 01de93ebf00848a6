import { isUtf8 } from 'node:buffer';

/** Counts texts that are not UTF-8. They pass as they came: one bad byte must not cost a sender the batch. */
export type TextTally = {
  invalidUtf8Count: number;
};

/** From this many bytes on the native check is faster than the loop below, in spite of its call. */
const nativeCheckBytesMin = 512;

/** Four bytes without any of these bits are four ASCII characters. */
const highBits = 0x80808080 | 0;

/** True when the text between two offsets is UTF-8. ASCII, nearly all there is, is decided here. */
export function isText(bytes: Uint8Array, view: DataView, start: number, end: number): boolean {
  return (end - start < nativeCheckBytesMin && isAscii(bytes, view, start, end)) || isUtf8(bytes.subarray(start, end));
}

/** True when no byte between two offsets has its high bit set; four at a time, the last four overlapping. `view` is over `bytes`. */
export function isAscii(bytes: Uint8Array, view: DataView, start: number, end: number): boolean {
  const last = end - 4;
  if (last < start) {
    let seen = 0;
    for (let position = start; position < end; position += 1) seen |= bytes[position]!;
    return seen < 0x80;
  }
  let seen = view.getInt32(last, true);
  let position = start;
  for (; position <= end - 16; position += 16) {
    seen |=
      view.getInt32(position, true) |
      view.getInt32(position + 4, true) |
      view.getInt32(position + 8, true) |
      view.getInt32(position + 12, true);
  }
  for (; position < last; position += 4) seen |= view.getInt32(position, true);
  return (seen & highBits) === 0;
}
