import type { BufferPool } from '../buffer-pool.ts';
import type { ByteAllowance } from '../byte-allowance.ts';

/** Where the memory of requests comes from, and what bounds it. */
export type RequestMemory = {
  /** Bytes of bodies that all receivers together may hold. */
  readonly allowance: ByteAllowance;
  /** Default: fresh memory for each request. */
  readonly pool?: BufferPool | undefined;
};

/** The pieces of a body as one. A single piece is itself. */
export function joinPieces(pieces: readonly Buffer[], bytes: number, pool: BufferPool | undefined): Buffer {
  const [first] = pieces;
  if (pieces.length === 1 && first !== undefined) return first;
  const joined = pool === undefined ? Buffer.allocUnsafe(bytes) : pool.take(bytes);
  let length = 0;
  for (const piece of pieces) length += piece.copy(joined, length);
  return joined;
}
