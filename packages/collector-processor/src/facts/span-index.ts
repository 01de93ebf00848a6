/** Spans of a trace found by their ids, all in one block of bytes. A span is the place of its id; its parent's id follows it. */
export type SpanIndex = {
  /** The place of the span with the id that stands at `at`; -1: there is none. */
  readonly find: (at: number) => number;
};

const spansMax = 256;
const slots = new Int32Array(spansMax * 2);

/** Spans that can be indexed. */
export const indexedSpansMax: number = spansMax;

/**
 * Indexes spans, at most {@link indexedSpansMax}, by the ids at `places`; undefined when an id is there twice. It is valid until
 * the next is made: they share their memory.
 */
export function indexSpans(bytes: Uint8Array, places: Int32Array, count: number): SpanIndex | undefined {
  let size = 8;
  while (size < count * 2) size *= 2;
  slots.fill(0, 0, size);
  const mask = size - 1;
  for (let index = 0; index < count; index += 1) {
    const at = places[index] ?? 0;
    let slot = hashOf(bytes, at) & mask;
    for (let held = slots[slot] ?? 0; held !== 0; held = slots[slot] ?? 0) {
      if (isSameId(bytes, held - 1, at)) return undefined;
      slot = (slot + 1) & mask;
    }
    slots[slot] = at + 1;
  }
  return {
    find: (at) => {
      let slot = hashOf(bytes, at) & mask;
      for (let held = slots[slot] ?? 0; held !== 0; held = slots[slot] ?? 0) {
        if (isSameId(bytes, held - 1, at)) return held - 1;
        slot = (slot + 1) & mask;
      }
      return -1;
    },
  };
}

/** Ids are random, unless somebody counts: then the differences are in the last bytes. */
function hashOf(bytes: Uint8Array, at: number): number {
  const low = (bytes[at + 4] ?? 0) | ((bytes[at + 5] ?? 0) << 8) | ((bytes[at + 6] ?? 0) << 16) | ((bytes[at + 7] ?? 0) << 24);
  const high = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24);
  const mixed = Math.imul(low ^ Math.imul(high, 0x85eb_ca6b), 0x9e37_79b1);
  return mixed ^ (mixed >>> 15);
}

function isSameId(bytes: Uint8Array, one: number, other: number): boolean {
  for (let index = 0; index < 8; index += 1) if (bytes[one + index] !== bytes[other + index]) return false;
  return true;
}
