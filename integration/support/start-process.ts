import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { waitFor } from '@costspan/testkit';

/** What to run. */
export type Program = {
  /** For messages. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly folder: string;
  /** Beside the environment of the tests themselves. */
  readonly env?: Readonly<Record<string, string>>;
  /** Address that answers 200 as soon as the program is ready. */
  readonly readyUrl?: string;
};

/** A program that runs until it is stopped. */
export type RunningProcess = AsyncDisposable & {
  readonly pid: number;
  /** Everything it printed so far, both streams. */
  readonly printed: () => string;
  readonly isRunning: () => boolean;
  /** Sends the signal and resolves with the exit code once the process is gone; undefined when the signal ended it. */
  readonly stop: (signal: NodeJS.Signals) => Promise<number | undefined>;
};

/** A Collector with a full queue, and a service on two shared cores, are slow to start. */
const readyTimeoutMs = 60_000;

const running = new Set<ChildProcess>();
const endAll = (): void => {
  for (const child of running) child.kill('SIGKILL');
};
process.once('exit', endAll);
// The test runner went away without a word.
process.once('disconnect', endAll);

/** Starts a program; resolves once it is ready, rejects with what it printed when it ends before. */
export async function startProcess(program: Program): Promise<RunningProcess> {
  const { name, command, args, folder, env, readyUrl } = program;
  const child = spawn(command, args, { cwd: folder, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  child.once('exit', () => running.delete(child));
  let printed = '';
  const keep = (chunk: Buffer): void => {
    printed += chunk.toString();
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  await once(child, 'spawn');
  const isRunning = (): boolean => child.exitCode === null && child.signalCode === null;
  const stop = async (signal: NodeJS.Signals): Promise<number | undefined> => {
    if (isRunning()) {
      const closed = once(child, 'close');
      child.kill(signal);
      await closed;
    }
    return child.exitCode ?? undefined;
  };
  if (readyUrl !== undefined) {
    await waitFor(
      `${name} answers on ${readyUrl}`,
      async () => {
        if (!isRunning()) throw new Error(`${name} ended before it was ready:\n${printed}`);
        return (await fetch(readyUrl).catch(() => undefined))?.status === 200;
      },
      { timeoutMs: readyTimeoutMs },
    ).catch(async (error: Error) => {
      await stop('SIGKILL');
      throw new Error(`${error.message}\n${printed}`);
    });
  }
  return {
    pid: child.pid ?? 0,
    printed: () => printed,
    isRunning,
    stop,
    [Symbol.asyncDispose]: async () => {
      await stop('SIGKILL');
    },
  };
}
