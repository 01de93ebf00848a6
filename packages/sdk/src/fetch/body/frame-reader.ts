import { framePayloadBytesMax } from '../../limits.ts';

/** One message of an AWS event stream. */
export type Frame = { readonly headers: ReadonlyMap<string, string>; readonly payload: Uint8Array };

/** Reads the AWS event stream encoding in pieces and hands over each message. */
export type FrameReader = { readonly feed: (bytes: Uint8Array) => void };

/**
 * A reader that calls `onFrame` with each whole message. A stream that is not in this encoding, or has a message of more
 * than `framePayloadBytesMax` bytes, is read no further. Checksums are the client's business.
 *
 *     total length   4 bytes, big-endian, all of the message
 *     headers length 4
 *     checksum       4
 *     headers        name length 1, name, type 1, value as the type says
 *     payload
 *     checksum       4
 */
export const createFrameReader = (onFrame: (frame: Frame) => void): FrameReader => {
  let held: Buffer = Buffer.alloc(0);
  let isBlind = false;
  return {
    feed: (bytes) => {
      if (isBlind) return;
      const piece = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
      let rest = held.length === 0 ? piece : Buffer.concat([held, piece]);
      while (rest.length >= PRELUDE) {
        const total = rest.readUInt32BE(0);
        const headersLength = rest.readUInt32BE(4);
        if (total > framePayloadBytesMax || total < headersLength + OVERHEAD) {
          isBlind = true;
          rest = Buffer.alloc(0);
        }
        if (isBlind || rest.length < total) break;
        const headersEnd = PRELUDE + headersLength;
        onFrame({
          headers: textHeaders(rest.subarray(PRELUDE, headersEnd)),
          payload: rest.subarray(headersEnd, total - CHECKSUM),
        });
        rest = rest.subarray(total);
      }
      // A copy: the piece belongs to the host, who may reuse its memory.
      held = Buffer.from(rest);
    },
  };
};

const CHECKSUM = 4;
const PRELUDE = 12;
const OVERHEAD: number = PRELUDE + CHECKSUM;

// Bytes of a value by its type; types 6 and 7 carry their length.
const SIZES: readonly (number | undefined)[] = [0, 0, 1, 2, 4, 8, undefined, undefined, 8, 16];
const TEXT = 7;

const textHeaders = (bytes: Buffer): ReadonlyMap<string, string> => {
  const headers = new Map<string, string>();
  let at = 0;
  while (at + 2 <= bytes.length) {
    const nameEnd = at + 1 + bytes.readUInt8(at);
    if (nameEnd >= bytes.length) break;
    const type = bytes.readUInt8(nameEnd);
    const fixed = SIZES[type];
    if (fixed === undefined && nameEnd + 3 > bytes.length) break;
    const valueStart = nameEnd + (fixed === undefined ? 3 : 1);
    const valueEnd = valueStart + (fixed ?? bytes.readUInt16BE(nameEnd + 1));
    if (type === TEXT) headers.set(bytes.toString('utf8', at + 1, nameEnd), bytes.toString('utf8', valueStart, valueEnd));
    at = valueEnd;
  }
  return headers;
};
