import { stat } from 'node:fs/promises';
import type { Clock } from './clock.ts';

/** Looks at files again and again. */
export type FileWatch = {
  readonly start: () => void;
  /** Ends the looking and waits for the change being told. */
  readonly stop: () => Promise<void>;
};

/** What a watch works with. */
export type FileWatchOptions = {
  readonly files: readonly string[];
  readonly intervalMs: number;
  readonly clock: Pick<Clock, 'wait'>;
  /** Called once for a change, when two looks after it found the same: whoever writes has finished. Must not reject. */
  readonly onChange: () => Promise<void>;
};

/**
 * Watches files by looking at them: events of the file system do not come for links that are replaced, as those of a mounted
 * ConfigMap are, nor from network file systems.
 */
export function createFileWatch({ files, intervalMs, clock, onChange }: FileWatchOptions): FileWatch {
  const stopped = new AbortController();
  let looking: Promise<void> | undefined;

  const repeat = async (): Promise<void> => {
    let told = await lookAt(files);
    let before = told;
    for (;;) {
      await clock.wait(intervalMs, stopped.signal);
      if (stopped.signal.aborted) return;
      const now = await lookAt(files);
      if (now !== told && now === before) {
        told = now;
        await onChange();
      }
      before = now;
    }
  };

  return {
    start: () => {
      if (files.length > 0 && intervalMs > 0) looking ??= repeat();
    },
    stop: async () => {
      stopped.abort();
      await looking;
    },
  };
}

/** What tells one state of the files from another: where links lead, and when what is there was written. */
async function lookAt(files: readonly string[]): Promise<string> {
  const states = files.map(async (file) => {
    try {
      const { dev, ino, size, mtimeNs } = await stat(file, { bigint: true });
      return [dev, ino, size, mtimeNs].join(' ');
    } catch (error) {
      return (error as NodeJS.ErrnoException).code ?? String(error);
    }
  });
  return (await Promise.all(states)).join('\n');
}
