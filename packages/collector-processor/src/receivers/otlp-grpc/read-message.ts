import type { ServerHttp2Stream } from 'node:http2';
import type { BufferPool } from '../../buffer-pool.ts';
import { joinPieces, type RequestMemory } from '../request-memory.ts';

/** The message of a unary call, or why there is none. Its bytes were taken from the allowance only when `ok`. */
export type MessageRead =
  | { readonly kind: 'ok'; readonly message: Buffer; readonly isCompressed: boolean; readonly heldBytes: number }
  | { readonly kind: 'too-large' }
  | { readonly kind: 'no-memory' }
  | { readonly kind: 'gone' }
  | { readonly kind: 'malformed'; readonly problem: string };

// Length-Prefixed-Message of gRPC: 1 byte compressed flag, 4 bytes length, most significant first, then the message.
const prefixBytes = 5;

/** Reads the one message of a unary call. Memory is taken for bytes that have arrived, never for bytes announced. */
export function readMessage(
  stream: ServerHttp2Stream,
  bytesMax: number,
  { allowance, pool }: RequestMemory,
): Promise<MessageRead> {
  return new Promise((resolve) => {
    const pieces: Buffer[] = [];
    let bytes = 0;
    let isSettled = false;
    const settle = (outcome: MessageRead): void => {
      if (isSettled) return;
      isSettled = true;
      if (outcome.kind !== 'ok') {
        allowance.giveBack(bytes);
        pieces.length = 0;
      }
      resolve(outcome);
    };
    stream.on('data', (piece: Buffer) => {
      if (isSettled) return;
      if (!allowance.take(piece.length)) return settle({ kind: 'no-memory' });
      bytes += piece.length;
      pieces.push(piece);
      // The length stands at the front: a message that will be too large is refused before it has arrived.
      if (bytes > bytesMax + prefixBytes || announcedBytes(pieces) > bytesMax) settle({ kind: 'too-large' });
    });
    stream.on('end', () => {
      if (!isSettled) settle(messageOf(pieces, bytes, pool));
    });
    stream.on('aborted', () => settle({ kind: 'gone' }));
    stream.on('close', () => settle({ kind: 'gone' }));
  });
}

function announcedBytes([first]: readonly Buffer[]): number {
  return first === undefined || first.length < prefixBytes ? 0 : first.readUInt32BE(1);
}

function messageOf(pieces: readonly Buffer[], bytes: number, pool: BufferPool | undefined): MessageRead {
  const body = joinPieces(pieces, bytes, pool);
  if (bytes < prefixBytes) return { kind: 'malformed', problem: `expected a message, found ${bytes} bytes` };
  const announced = body.readUInt32BE(1);
  if (bytes !== prefixBytes + announced) {
    return { kind: 'malformed', problem: `expected one message of ${announced} bytes, found ${bytes - prefixBytes} bytes` };
  }
  const flag = body[0] ?? 0;
  if (flag > 1) return { kind: 'malformed', problem: `expected a compressed flag of 0 or 1, found ${flag}` };
  return { kind: 'ok', message: body.subarray(prefixBytes), isCompressed: flag === 1, heldBytes: bytes };
}
