import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

/** The command, running from sources in a process of its own. */
export type RunningCommand = {
  readonly process: ChildProcess;
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Resolves with what standard output matched; rejects when the command ends first. */
  readonly untilPrinted: (pattern: RegExp) => Promise<RegExpExecArray>;
  /** Resolves with the exit code; undefined when a signal ended it. */
  readonly ended: Promise<number | undefined>;
};

const main = new URL('../../src/main.ts', import.meta.url).href;
const entry = `const { main } = await import(${JSON.stringify(main)}); process.exitCode = await main(process.argv.slice(1));`;

/** Starts `costspan` with these arguments in a folder. */
export function startCommand(
  args: readonly string[],
  folder: string,
  environment: Readonly<Record<string, string>> = {},
): RunningCommand {
  const flags = [
    '--conditions=costspan-source',
    '--disable-warning=ExperimentalWarning',
    '--input-type=module',
    '-e',
    entry,
    '--',
  ];
  const child = spawn(process.execPath, [...flags, ...args], {
    cwd: folder,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  let look = (): void => undefined;
  child.stdout.on('data', (text: Buffer) => {
    stdout += text.toString();
    look();
  });
  child.stderr.on('data', (text: Buffer) => {
    stderr += text.toString();
  });
  const ended = once(child, 'close').then(([code]) => (typeof code === 'number' ? code : undefined));
  return {
    process: child,
    stdout: () => stdout,
    stderr: () => stderr,
    untilPrinted: (pattern) =>
      new Promise((resolve, reject) => {
        look = () => {
          const match = pattern.exec(stdout);
          if (match !== null) resolve(match);
        };
        void ended.then((code) => reject(new Error(`ended with ${code}: ${stderr}`)));
        look();
      }),
    ended,
  };
}

/** Runs `costspan` to its end. */
export async function runCommand(
  args: readonly string[],
  folder: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<{ readonly code: number | undefined; readonly stdout: string; readonly stderr: string }> {
  const command = startCommand(args, folder, environment);
  const code = await command.ended;
  return { code, stdout: command.stdout(), stderr: command.stderr() };
}
