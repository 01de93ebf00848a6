/** Numbers the traces of a request in the order in which they come. */
export type TraceIndex = {
  /** Number of the trace with this id, the first 16 bytes; -1 for an id of zeros, which OTLP calls invalid. */
  readonly numberOf: (id: DataView, tenant: string) => number;
  /** Writes the id of a trace as it was given. */
  readonly copyId: (number: number, target: Uint8Array, at: number) => void;
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
  const wanted = new Int32Array(4);

  const isAt = (number: number, id: DataView, tenant: string): boolean =>
    ids[number * 4] === id.getInt32(0, true) &&
    ids[number * 4 + 1] === id.getInt32(4, true) &&
    ids[number * 4 + 2] === id.getInt32(8, true) &&
    ids[number * 4 + 3] === id.getInt32(12, true) &&
    tenants[number] === tenant;

  const grow = (): void => {
    const larger = new Int32Array(ids.length * 2);
    larger.set(ids);
    ids = larger;
    slots = new Int32Array(slots.length * 2);
    for (let number = 0; number < tenants.length; number += 1) slots[freeSlot(slots, hashOf(ids, number * 4))] = number + 1;
  };

  const add = (id: DataView, tenant: string, slot: number): number => {
    const number = tenants.push(tenant) - 1;
    for (let word = 0; word < 4; word += 1) ids[number * 4 + word] = id.getInt32(4 * word, true);
    slots[slot] = number + 1;
    if (tenants.length * 4 === ids.length) grow();
    return number;
  };

  return {
    numberOf: (id, tenant) => {
      if (last >= 0 && isAt(last, id, tenant)) return last;
      for (let word = 0; word < 4; word += 1) wanted[word] = id.getInt32(4 * word, true);
      if ((wanted[0]! | wanted[1]! | wanted[2]! | wanted[3]!) === 0) return -1;
      const mask = slots.length - 1;
      let slot = hashOf(wanted, 0) & mask;
      for (let held = slots[slot]!; held !== 0; held = slots[slot]!) {
        if (isAt(held - 1, id, tenant)) {
          last = held - 1;
          return last;
        }
        slot = (slot + 1) & mask;
      }
      last = add(id, tenant, slot);
      return last;
    },
    copyId: (number, target, at) => {
      for (let byte = 0; byte < 16; byte += 1) target[at + byte] = ids[number * 4 + (byte >> 2)]! >>> ((byte & 3) * 8);
    },
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
