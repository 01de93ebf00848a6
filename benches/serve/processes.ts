import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { setPriority } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const command = fileURLToPath(new URL('../../packages/cli/bin/costspan.mjs', import.meta.url));

/** The service that is measured, as its users run it. */
export type ServeUnderTest = {
  readonly pid: number;
  readonly httpPort: number;
  readonly grpcPort: number;
  readonly stop: () => Promise<void>;
};

/** Starts the built `costspan serve` with a configuration; resolves once it takes requests. */
export async function startServe(folder: string, yaml: string): Promise<ServeUnderTest> {
  const config = join(folder, 'costspan.yaml');
  await writeFile(config, yaml);
  const child = spawn(process.execPath, [command, 'serve', '--config', config], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await Promise.race([once(child.stdout, 'data'), once(child, 'exit').then(() => ['{}'])])) as [Buffer];
  const { port, grpcUrl } = JSON.parse(line.toString());
  if (child.pid === undefined || port === undefined) throw new Error('costspan serve did not start');
  return {
    pid: child.pid,
    httpPort: port,
    grpcPort: Number(new URL(grpcUrl ?? 'http://x:1').port),
    stop: async () => {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/**
 * Starts a script of this folder as a process with a channel to it. It stands for another machine, so it makes way for the service:
 * a delay of the service's loop is then its own, and not a wait for a core that the load has.
 */
export function startScript(name: string, args: readonly string[] = []): ChildProcess {
  const child = fork(fileURLToPath(new URL(name, import.meta.url)), args, { execArgv: ['--conditions=costspan-source'] });
  if (child.pid !== undefined) setPriority(child.pid, makesWay);
  return child;
}

/** Of the 40 steps of Linux, from -20 to 19, at which a process gets a tenth of what one at 0 gets. */
const makesWay = 10;

/** Asks a script and resolves with its next message. */
export async function ask<Answer>(child: ChildProcess, question: object = {}): Promise<Answer> {
  const answer = once(child, 'message');
  child.send(question);
  return (await answer)[0] as Answer;
}

/** Processor time of a process over all its threads, in seconds. */
export function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  // Fields 14 and 15 of proc(5), user and system, in ticks of a hundredth of a second.
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** Resident memory of a process in MiB. */
export function residentMebibytes(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1_024;
}
