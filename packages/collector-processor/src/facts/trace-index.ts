/** Numbers the traces of a request in the order in which they come. */
export type TraceIndex = {
  /** Number of the trace whose id stands at `at`; -1 for an id of zeros, which OTLP calls invalid. */
  readonly numberOf: (bytes: Buffer, at: number, tenant: string) => number;
  readonly trace: (number: number) => { readonly id: Uint8Array; readonly tenant: string };
  readonly count: () => number;
};

/** An empty index. Ids are compared as bytes: no text is made of them. */
export function createTraceIndex(): TraceIndex {
  const tenants: string[] = [];
  const next: number[] = [];
  // Senders choose ids, so many may have one hash: a chain of them only costs time, and no more traces are in a request than spans.
  const firstByHash = new Map<number, number>();
  let ids = Buffer.allocUnsafe(64 * 16);
  let last = -1;

  const isAt = (number: number, bytes: Buffer, at: number, tenant: string): boolean => {
    for (let offset = 0; offset < 16; offset += 4) {
      if (ids.readInt32LE(number * 16 + offset) !== bytes.readInt32LE(at + offset)) return false;
    }
    return tenants[number] === tenant;
  };

  const add = (bytes: Buffer, at: number, tenant: string, before: number | undefined): number => {
    const number = tenants.push(tenant) - 1;
    next.push(before ?? -1);
    if (ids.length < tenants.length * 16) {
      const larger = Buffer.allocUnsafe(ids.length * 2);
      larger.set(ids);
      ids = larger;
    }
    bytes.copy(ids, number * 16, at, at + 16);
    return number;
  };

  return {
    numberOf: (bytes, at, tenant) => {
      if (last >= 0 && isAt(last, bytes, at, tenant)) return last;
      const hash = hashOf(bytes, at);
      if (hash === 0 && isZero(bytes, at)) return -1;
      const first = firstByHash.get(hash);
      for (let number = first ?? -1; number >= 0; number = next[number] ?? -1) {
        if (isAt(number, bytes, at, tenant)) {
          last = number;
          return number;
        }
      }
      last = add(bytes, at, tenant, first);
      firstByHash.set(hash, last);
      return last;
    },
    trace: (number) => ({ id: ids.subarray(number * 16, number * 16 + 16), tenant: tenants[number] ?? '' }),
    count: () => tenants.length,
  };
}

function hashOf(bytes: Buffer, at: number): number {
  let hash = 0;
  for (let offset = 0; offset < 16; offset += 4) {
    hash = Math.imul(hash ^ bytes.readInt32LE(at + offset), 0x9e37_79b1);
    hash ^= hash >>> 15;
  }
  return hash;
}

function isZero(bytes: Buffer, at: number): boolean {
  for (let offset = 0; offset < 16; offset += 4) {
    if (bytes.readInt32LE(at + offset) !== 0) return false;
  }
  return true;
}
