/** Numbers the traces of a request in the order in which they come. */
export type TraceIndex = {
  /** Number of the trace whose id stands at `at`, four words of 32 bits; -1 for an id of zeros, which OTLP calls invalid. */
  readonly numberOf: (words: Int32Array, at: number, tenant: string) => number;
  readonly trace: (number: number) => { readonly id: Uint8Array; readonly tenant: string };
  readonly count: () => number;
  /** Forgets all traces; memory stays. */
  readonly clear: () => void;
};

const tracesAtFirst = 64;

/** An empty index. Ids are compared as they are on the wire: no text is made of them. */
export function createTraceIndex(): TraceIndex {
  const tenants: string[] = [];
  const next: number[] = [];
  // Senders choose ids, so many may have one hash: a chain of them only costs time, and no more traces are in a request than spans.
  const firstByHash = new Map<number, number>();
  let ids = new Int32Array(tracesAtFirst * 4);
  let last = -1;

  const isAt = (number: number, words: Int32Array, at: number, tenant: string): boolean =>
    ids[number * 4] === words[at] &&
    ids[number * 4 + 1] === words[at + 1] &&
    ids[number * 4 + 2] === words[at + 2] &&
    ids[number * 4 + 3] === words[at + 3] &&
    tenants[number] === tenant;

  const add = (words: Int32Array, at: number, tenant: string, before: number): number => {
    const number = tenants.push(tenant) - 1;
    next.push(before);
    if (ids.length < tenants.length * 4) {
      const larger = new Int32Array(ids.length * 2);
      larger.set(ids);
      ids = larger;
    }
    for (let word = 0; word < 4; word += 1) ids[number * 4 + word] = words[at + word] ?? 0;
    return number;
  };

  return {
    numberOf: (words, at, tenant) => {
      if (last >= 0 && isAt(last, words, at, tenant)) return last;
      const hash = hashOf(words, at);
      if (hash === 0 && isZero(words, at)) return -1;
      const first = firstByHash.get(hash) ?? -1;
      for (let number = first; number >= 0; number = next[number] ?? -1) {
        if (!isAt(number, words, at, tenant)) continue;
        last = number;
        return number;
      }
      last = add(words, at, tenant, first);
      firstByHash.set(hash, last);
      return last;
    },
    trace: (number) => ({ id: new Uint8Array(ids.buffer, number * 16, 16), tenant: tenants[number] ?? '' }),
    count: () => tenants.length,
    clear: () => {
      tenants.length = 0;
      next.length = 0;
      firstByHash.clear();
      last = -1;
    },
  };
}

function hashOf(words: Int32Array, at: number): number {
  let hash = 0;
  for (let word = at; word < at + 4; word += 1) {
    hash = Math.imul(hash ^ (words[word] ?? 0), 0x9e37_79b1);
    hash ^= hash >>> 15;
  }
  return hash;
}

function isZero(words: Int32Array, at: number): boolean {
  return words[at] === 0 && words[at + 1] === 0 && words[at + 2] === 0 && words[at + 3] === 0;
}
