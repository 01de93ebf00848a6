import type { IncomingMessage } from 'node:http';
import { joinPieces, type RequestMemory } from '../request-memory.ts';

/** A request body, or why there is none. Its bytes were taken from the allowance only when `ok`. */
export type BodyRead =
  | { readonly kind: 'ok'; readonly body: Buffer }
  | { readonly kind: 'too-large' }
  | { readonly kind: 'no-memory' }
  | { readonly kind: 'gone' };

/** Reads a body of at most `bytesMax` bytes. Memory is taken for bytes that have arrived, never for bytes announced. */
export function readBody(request: IncomingMessage, bytesMax: number, { allowance, pool }: RequestMemory): Promise<BodyRead> {
  return new Promise((resolve) => {
    const pieces: Buffer[] = [];
    let bytes = 0;
    let settled = false;
    const settle = (outcome: BodyRead): void => {
      if (settled) return;
      settled = true;
      if (outcome.kind !== 'ok') {
        allowance.giveBack(bytes);
        pieces.length = 0;
        // What still arrives is thrown away while the refusal is on its way.
        request.resume();
      }
      resolve(outcome);
    };
    request.on('data', (piece: Buffer) => {
      if (settled) return;
      if (bytes + piece.length > bytesMax) settle({ kind: 'too-large' });
      else if (!allowance.take(piece.length)) settle({ kind: 'no-memory' });
      else {
        bytes += piece.length;
        pieces.push(piece);
      }
    });
    request.on('end', () => settle({ kind: 'ok', body: joinPieces(pieces, bytes, pool) }));
    request.on('error', () => settle({ kind: 'gone' }));
    request.on('close', () => settle({ kind: 'gone' }));
  });
}
