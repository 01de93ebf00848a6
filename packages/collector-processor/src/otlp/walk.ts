import type { TextTally } from './text.ts';
import type { Cursor } from './wire.ts';

/** What a walk over a request carries along. */
export type Walk = {
  readonly cursor: Cursor;
  /** The cursor's bytes, for reading four at a time. */
  view: DataView;
  readonly tally: TextTally;
};

/** A walk from the first byte of a request. */
export function startWalk(bytes: Buffer): Walk {
  return { cursor: { bytes, position: 0 }, view: viewOf(bytes), tally: { invalidUtf8Count: 0 } };
}

/** Takes a walk to the first byte of another request. */
export function restartWalk(walk: Walk, bytes: Buffer): void {
  walk.cursor.bytes = bytes;
  walk.cursor.position = 0;
  walk.view = viewOf(bytes);
  walk.tally.invalidUtf8Count = 0;
}

function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
