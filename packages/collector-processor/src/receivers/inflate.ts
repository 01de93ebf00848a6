import type { Transform } from 'node:stream';
import { createGunzip, createInflate, createZstdDecompress } from 'node:zlib';
import { inflateChunkBytes } from '../limits.ts';
import { joinPieces, type RequestMemory } from './request-memory.ts';

/** Compressions taken. */
export type ContentCoding = 'gzip' | 'deflate' | 'zstd';

/** What a compressed body holds, or why it was not unpacked. `bytes` were taken from the allowance only when `ok`. */
export type Inflated =
  | { readonly kind: 'ok'; readonly body: Buffer }
  | { readonly kind: 'too-large' }
  | { readonly kind: 'no-memory' }
  | { readonly kind: 'corrupt'; readonly problem: string };

const decompressors: Readonly<Record<ContentCoding, (options: { readonly chunkSize: number }) => Transform>> = {
  gzip: createGunzip,
  deflate: createInflate,
  zstd: createZstdDecompress,
};

/**
 * Unpacks a body on a thread of the pool, piece by piece. It stops at the first piece over `bytesMax`, so that a small
 * body that unpacks to gigabytes costs no more than one that is honestly too large.
 */
export function inflate(
  packed: Buffer,
  coding: ContentCoding,
  bytesMax: number,
  { allowance, pool }: RequestMemory,
): Promise<Inflated> {
  return new Promise((resolve) => {
    const chunkSize = Math.min(inflateChunkBytes, Math.max(4_096, packed.length * 8));
    const stream = decompressors[coding]({ chunkSize });
    const pieces: Buffer[] = [];
    let bytes = 0;
    const stop = (outcome: Inflated): void => {
      stream.destroy();
      if (outcome.kind !== 'ok') allowance.giveBack(bytes);
      resolve(outcome);
    };
    stream.on('data', (piece: Buffer) => {
      if (stream.destroyed) return;
      if (bytes + piece.length > bytesMax) stop({ kind: 'too-large' });
      else if (!allowance.take(piece.length)) stop({ kind: 'no-memory' });
      else {
        bytes += piece.length;
        pieces.push(piece);
      }
    });
    stream.on('end', () => stop({ kind: 'ok', body: joinPieces(pieces, bytes, pool) }));
    stream.on('error', (error: Error) => stop({ kind: 'corrupt', problem: error.message }));
    stream.end(packed);
  });
}
