import { capturedBytesMax } from '../../limits.ts';

/** Collects the bytes of one JSON value that may be spread over several pieces. */
export type JsonCapture = {
  readonly isOpen: () => boolean;
  /** Begins at this index of the current piece. */
  readonly start: (at: number) => void;
  /** Ends before this index of the current piece. Undefined when the value was too long or is no JSON. */
  readonly finish: (bytes: Uint8Array, end: number) => { readonly json: unknown } | undefined;
  /** Keeps what the current piece holds of the value, because the next piece follows. */
  readonly suspend: (bytes: Uint8Array) => void;
  /** Goes on at the beginning of the next piece. */
  readonly resume: () => void;
  readonly drop: () => void;
};

/** An empty capture. A value of more than `capturedBytesMax` bytes is given up. */
export const createCapture = (): JsonCapture => {
  let pieces: Buffer[] = [];
  let length = 0;
  // Where the value begins in the current piece; undefined while no value is captured.
  let from: number | undefined;

  const keep = (bytes: Uint8Array, end: number): void => {
    const start = from ?? 0;
    length += Math.max(0, end - start);
    if (length > capturedBytesMax) pieces = [];
    // A copy: the piece belongs to the host, who may reuse its memory.
    else if (end > start) pieces.push(Buffer.from(bytes.subarray(start, end)));
  };

  const drop = (): void => {
    pieces = [];
    length = 0;
    from = undefined;
  };

  return {
    isOpen: () => from !== undefined,
    start: (at) => {
      from = at;
    },
    finish: (bytes, end) => {
      const isInOnePiece = pieces.length === 0 && length === 0;
      const start = from ?? 0;
      if (!isInOnePiece) keep(bytes, end);
      const isTooLong = (isInOnePiece ? end - start : length) > capturedBytesMax;
      const text = isTooLong ? '' : isInOnePiece ? utf8(bytes, start, end) : Buffer.concat(pieces).toString('utf8');
      drop();
      if (isTooLong) return undefined;
      try {
        return { json: JSON.parse(text) as unknown };
      } catch {
        return undefined;
      }
    },
    suspend: (bytes) => {
      if (from === undefined) return;
      keep(bytes, bytes.length);
      from = 0;
    },
    resume: () => {
      if (from !== undefined) from = 0;
    },
    drop,
  };
};

const utf8 = (bytes: Uint8Array, from: number, to: number): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset + from, Math.max(0, to - from)).toString('utf8');
