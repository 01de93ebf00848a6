import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** Runs a program beside the servers of this process and resolves with what it printed; rejects unless it ends with 0. */
export async function runToEnd(
  command: string,
  args: readonly string[],
  folder: string,
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const child = spawn(command, args, { cwd: folder, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      printed += chunk.toString();
    });
  }
  await once(child, 'close');
  if (child.exitCode === 0) return printed;
  throw new Error(`${command} ${args.join(' ')}: ended with ${child.exitCode ?? child.signalCode}:\n${printed}`);
}
