import { type ChildProcess, spawn } from 'node:child_process';

/** A process of the demo. */
export type Program = {
  /** Resolves with everything it wrote when it has ended well; rejects with what it wrote when it has not. */
  readonly ended: Promise<string>;
  /** Asks it to end, and insists after five seconds. Resolves when it is gone. */
  readonly stop: () => Promise<void>;
};

/** How long a process may take to end after it was asked to, in milliseconds: time enough to flush what it holds. */
const stopTimeoutMs = 5_000;

/** Starts a Node program. What it writes goes to `onOutput`, what it tells this process to `onMessage`. */
export function startProgram(
  name: string,
  args: readonly string[],
  options: {
    readonly environment: Readonly<Record<string, string>>;
    readonly onOutput?: (text: string) => void;
    readonly onMessage?: (message: unknown) => void;
  },
): Program {
  const child = spawn(process.execPath, [...process.execArgv, ...args], {
    env: { ...process.env, ...options.environment },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      options.onOutput?.(text);
    });
  }
  child.on('message', (message) => options.onMessage?.(message));
  const ended = new Promise<string>((resolve, reject) => {
    child.once('error', (error) => reject(new Error(`${name}: could not be started: ${error.message}`)));
    child.once('close', (code, signal) => {
      if (code === 0) resolve(output);
      else reject(new Error(`${name}: ended with ${code ?? signal}\n${output.trimEnd()}`));
    });
  });
  // Whoever waits for the end hears about a failure; whoever only stops the process need not.
  ended.catch(() => undefined);
  return { ended, stop: () => stop(child, ended) };
}

async function stop(child: ChildProcess, ended: Promise<string>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  const insist = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs);
  await ended.catch(() => undefined);
  clearTimeout(insist);
}
