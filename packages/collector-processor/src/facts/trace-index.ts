/** Numbers the traces of a request in the order in which they come. */
export type TraceIndex = {
  /** Number of the trace whose id stands at `at`, four words of 32 bits; -1 for an id of zeros, which OTLP calls invalid. */
  readonly numberOf: (words: Int32Array, at: number, tenant: string) => number;
  /** Its id as four words, from four times its number on. Valid until the next trace is numbered. */
  readonly ids: () => Int32Array;
  readonly tenantOf: (number: number) => string;
  readonly count: () => number;
  /** Forgets all traces; memory stays. */
  readonly clear: () => void;
};

const tracesAtFirst = 64;

/** Traces whose memory is kept for the next request, which has to clear it: busy requests have some hundreds. */
const tracesKeptMax = 2_048;

/** Senders choose ids: without it they could choose such as fall on one place, and finding that out costs time. */
const hashSeed = Math.trunc(Math.random() * 2 ** 32) | 0;

/** An empty index. Ids are compared as they are on the wire: no text is made of them. */
export function createTraceIndex(): TraceIndex {
  const tenants: string[] = [];
  let ids = new Int32Array(tracesAtFirst * 4);
  // Numbers plus one by the hash of their id, in the next free place; 0 where there is none. Never more than half full.
  let slots = new Int32Array(tracesAtFirst * 2);
  let last = -1;

  const isAt = (number: number, words: Int32Array, at: number, tenant: string): boolean =>
    ids[number * 4] === words[at] &&
    ids[number * 4 + 1] === words[at + 1] &&
    ids[number * 4 + 2] === words[at + 2] &&
    ids[number * 4 + 3] === words[at + 3] &&
    tenants[number] === tenant;

  const grow = (): void => {
    const larger = new Int32Array(ids.length * 2);
    larger.set(ids);
    ids = larger;
    slots = new Int32Array(slots.length * 2);
    for (let number = 0; number < tenants.length; number += 1) slots[freeSlot(slots, hashOf(ids, number * 4))] = number + 1;
  };

  const add = (words: Int32Array, at: number, tenant: string, slot: number): number => {
    const number = tenants.push(tenant) - 1;
    for (let word = 0; word < 4; word += 1) ids[number * 4 + word] = words[at + word]!;
    slots[slot] = number + 1;
    if (tenants.length * 4 === ids.length) grow();
    return number;
  };

  return {
    numberOf: (words, at, tenant) => {
      if (last >= 0 && isAt(last, words, at, tenant)) return last;
      if ((words[at]! | words[at + 1]! | words[at + 2]! | words[at + 3]!) === 0) return -1;
      const mask = slots.length - 1;
      let slot = hashOf(words, at) & mask;
      for (let held = slots[slot]!; held !== 0; held = slots[slot]!) {
        if (isAt(held - 1, words, at, tenant)) {
          last = held - 1;
          return last;
        }
        slot = (slot + 1) & mask;
      }
      last = add(words, at, tenant, slot);
      return last;
    },
    ids: () => ids,
    tenantOf: (number) => tenants[number] ?? '',
    count: () => tenants.length,
    clear: () => {
      tenants.length = 0;
      last = -1;
      if (ids.length <= tracesKeptMax * 4) slots.fill(0);
      else [ids, slots] = [new Int32Array(tracesAtFirst * 4), new Int32Array(tracesAtFirst * 2)];
    },
  };
}

function freeSlot(slots: Int32Array, hash: number): number {
  const mask = slots.length - 1;
  let slot = hash & mask;
  while (slots[slot] !== 0) slot = (slot + 1) & mask;
  return slot;
}

function hashOf(words: Int32Array, at: number): number {
  let hash = hashSeed;
  for (let word = at; word < at + 4; word += 1) {
    hash = Math.imul(hash ^ words[word]!, 0x9e37_79b1);
    hash ^= hash >>> 15;
  }
  return hash;
}
