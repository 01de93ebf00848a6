import { type TextTally, type Words, wordsOf } from './text.ts';
import type { Cursor } from './wire.ts';

/** What a walk over a request carries along. */
export type Walk = {
  readonly cursor: Cursor;
  readonly memory: Words;
  readonly tally: TextTally;
};

/** A walk from the first byte of a request. */
export function startWalk(bytes: Uint8Array): Walk {
  return { cursor: { bytes, position: 0 }, memory: wordsOf(bytes), tally: { invalidUtf8Count: 0 } };
}
