import { createJsonPruner } from '../body/json-pruner.ts';
import type { Pick } from '../body/pick.ts';

/** Reads one JSON value for each line, in pieces. */
export type LinesReader = {
  readonly feed: (bytes: Uint8Array) => void;
  /** Hands over a last line without its line break. */
  readonly end: () => void;
};

/** A reader that calls `onLine` with `keep` of each line. A body that does not begin like an object is not read at all. */
export const createLinesReader = (keep: Pick, onLine: (kept: unknown) => void): LinesReader => {
  const pruner = createJsonPruner(keep);
  let isJson: boolean | undefined;
  const end = (): void => {
    const kept = pruner.take();
    if (kept !== undefined) onLine(kept);
  };
  return {
    feed: (bytes) => {
      if (bytes.length === 0) return;
      isJson ??= bytes[0] === OPEN_OBJECT;
      if (!isJson) return;
      let at = 0;
      for (;;) {
        // A line break inside of a text is escaped, so each one ends a line.
        const stop = bytes.indexOf(LINE_FEED, at);
        if (stop === -1) break;
        pruner.feed(bytes.subarray(at, stop));
        end();
        at = stop + 1;
      }
      pruner.feed(bytes.subarray(at));
    },
    end,
  };
};

const OPEN_OBJECT = 0x7b;
const LINE_FEED = 0x0a;
