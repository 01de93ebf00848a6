import type { ByteAllowance } from '../byte-allowance.ts';

/** Memory of an allowance that several threads share: the sum, then what each of them holds of it. */
export type SharedSums = SharedArrayBuffer;

/** Sums for this many threads. */
export function createSharedSums(threadCount: number): SharedSums {
  return new SharedArrayBuffer(BigInt64Array.BYTES_PER_ELEMENT * (1 + threadCount));
}

/** The allowance of `bytesMax` bytes as one of the threads sees it. */
export function createSharedAllowance(
  sums: SharedSums,
  thread: number,
  bytesMax: number,
  isOverMemory: () => boolean,
): ByteAllowance {
  const cells = new BigInt64Array(sums);
  const limit = BigInt(bytesMax);
  const add = (bytes: bigint): bigint => {
    Atomics.add(cells, 1 + thread, bytes);
    return Atomics.add(cells, 0, bytes) + bytes;
  };
  const takenBytes = (): number => Number(Atomics.load(cells, 0));
  return {
    take: (bytes) => {
      const wanted = BigInt(bytes);
      if (add(wanted) <= limit) return true;
      add(-wanted);
      return false;
    },
    giveBack: (bytes) => void add(-BigInt(bytes)),
    takenBytes,
    admits: () => {
      const taken = takenBytes();
      return taken === 0 || (taken < bytesMax && !isOverMemory());
    },
  };
}

/** Gives back everything a thread held that has ended without doing so. */
export function giveBackAll(sums: SharedSums, thread: number): void {
  const cells = new BigInt64Array(sums);
  const held = Atomics.exchange(cells, 1 + thread, 0n);
  Atomics.sub(cells, 0, held);
}
