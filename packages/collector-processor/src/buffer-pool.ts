import { pooledBytesMax, pooledBytesMin, pooledIdleBytesMax } from './limits.ts';

/**
 * Memory for requests that is used again. Fresh memory has to be cleared by the system, page by page, which costs a tenth
 * of taking a request.
 */
export type BufferPool = {
  /** Memory of exactly so many bytes, with anything in it. */
  readonly take: (byteCount: number) => Buffer;
  /** Takes memory back that nobody reads any more. Memory of other origin, and what is given back twice, is left alone. */
  readonly giveBack: (bytes: Uint8Array) => void;
};

/** Creates the pool of one thread. Memory that is never given back is collected like any other. */
export function createBufferPool(): BufferPool {
  const idle = new Map<number, Buffer[]>();
  const lent = new WeakSet<object>();
  let idleBytes = 0;
  return {
    take: (byteCount) => {
      if (byteCount < pooledBytesMin || byteCount > pooledBytesMax) return Buffer.allocUnsafe(byteCount);
      const capacity = roundUp(byteCount);
      const buffer = idle.get(capacity)?.pop();
      if (buffer !== undefined) idleBytes -= capacity;
      const memory = buffer ?? Buffer.allocUnsafeSlow(capacity);
      lent.add(memory.buffer);
      return memory.subarray(0, byteCount);
    },
    giveBack: ({ buffer }) => {
      if (!lent.delete(buffer) || idleBytes + buffer.byteLength > pooledIdleBytesMax) return;
      idleBytes += buffer.byteLength;
      const others = idle.get(buffer.byteLength);
      const memory = Buffer.from(buffer);
      if (others === undefined) idle.set(buffer.byteLength, [memory]);
      else others.push(memory);
    },
  };
}

/** The next of four sizes in each doubling, so that no more than a fifth of a buffer lies idle. */
function roundUp(byteCount: number): number {
  const step = 2 ** (Math.floor(Math.log2(byteCount)) - 2);
  return Math.ceil(byteCount / step) * step;
}
