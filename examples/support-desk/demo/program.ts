import { type ChildProcess, spawn } from 'node:child_process';

/** A process of the demo. */
export type Program = {
  /** Resolves with what it printed when it has ended well; rejects with what it complained about when it has not. */
  readonly ended: Promise<string>;
  /** Asks it to end, and insists after five seconds. Resolves when it is gone. */
  readonly stop: () => Promise<void>;
};

/** How long a process may take to end after it was asked to, in milliseconds: time enough to flush what it holds. */
const stopTimeoutMs = 5_000;

/** Starts a Node program. `onPrinted` gets everything printed so far, `onMessage` what the program tells this process. */
export function startProgram(
  name: string,
  args: readonly string[],
  options: {
    readonly environment: Readonly<Record<string, string>>;
    readonly onPrinted?: (text: string) => void;
    readonly onComplaint?: (text: string) => void;
    readonly onMessage?: (message: unknown) => void;
  },
): Program {
  const child = spawn(process.execPath, [...process.execArgv, ...args], {
    env: { ...process.env, ...options.environment },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let printed = '';
  let complaints = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
    options.onPrinted?.(printed);
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    complaints += text;
    options.onComplaint?.(text);
  });
  child.on('message', (message) => options.onMessage?.(message));
  const ended = new Promise<string>((resolve, reject) => {
    child.once('error', (error) => reject(new Error(`${name}: could not be started: ${error.message}`)));
    child.once('close', (code, signal) => {
      if (code === 0) resolve(printed);
      else reject(new Error(`${name}: ended with ${code ?? signal}\n${complaints.trimEnd()}`));
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
