import { claims, tickets } from '../agent/inbox.ts';

/** Shows how far the work is: one line that changes on a terminal, a line per step elsewhere. */
export type ProgressLine = {
  readonly say: (what: string) => void;
  /** Notes what happened to an item. */
  readonly note: (item: string, what: string) => void;
  /** Leaves the line, so that something else can be printed. */
  readonly end: () => void;
};

/** A progress line on `stream`. */
export function createProgressLine(stream: NodeJS.WriteStream): ProgressLine {
  const last = new Map<string, string>();
  const write = (text: string): void => {
    // Erase to the end of the line: the text before may have been longer.
    stream.write(stream.isTTY ? `\r${text}\u001b[K` : `${text}\n`);
  };
  return {
    say: write,
    note: (item, what) => {
      last.set(item, what);
      const done = [...last.values()].filter((state) => !state.startsWith('waits')).length;
      write(`${String(done).padStart(2)} of ${tickets.length + claims.length} items done; ${item} ${what}`);
    },
    end: () => {
      if (stream.isTTY) stream.write('\r\u001b[K');
    },
  };
}
