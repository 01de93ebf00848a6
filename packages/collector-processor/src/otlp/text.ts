import { isUtf8 } from 'node:buffer';

/** Counts texts that are not UTF-8. They pass as they came: one bad byte must not cost a sender the batch. */
export type TextTally = {
  invalidUtf8Count: number;
};

/** The request's memory as 32-bit words, so that four bytes of a text are tested at once. */
export type Words = {
  readonly words: Int32Array;
  /** Where the request starts in `words`, in bytes. */
  readonly byteOffset: number;
};

/** Above this many bytes the native check is faster than the loop over words, in spite of its call. */
const nativeCheckBytesMin = 512;

/** Bytes 0 to 3 of a word have no high bit: four ASCII characters. */
const highBits = 0x80808080 | 0;

/** Words over the memory of a request; of a few bytes more or less than the request, only whole words inside a text are read. */
export function wordsOf(bytes: Uint8Array): Words {
  const { buffer, byteOffset } = bytes;
  return { words: new Int32Array(buffer, 0, Math.floor(buffer.byteLength / 4)), byteOffset };
}

/** True when the text between two offsets of the request is UTF-8. ASCII, nearly all there is, is decided word by word. */
export function isText(bytes: Uint8Array, memory: Words, start: number, end: number): boolean {
  if (end - start > nativeCheckBytesMin) return isUtf8(bytes.subarray(start, end));
  const { words, byteOffset } = memory;
  let position = start;
  let seen = 0;
  if (end - start >= 8) {
    while (((position + byteOffset) & 3) !== 0) {
      seen |= bytes[position]!;
      position += 1;
    }
    const wordEnd = (end + byteOffset) >> 2;
    let bits = 0;
    for (let word = (position + byteOffset) >> 2; word < wordEnd; word += 1) bits |= words[word]!;
    if ((bits & highBits) !== 0) return isUtf8(bytes.subarray(start, end));
    position = wordEnd * 4 - byteOffset;
  }
  while (position < end) {
    seen |= bytes[position]!;
    position += 1;
  }
  return seen < 0x80 || isUtf8(bytes.subarray(start, end));
}
