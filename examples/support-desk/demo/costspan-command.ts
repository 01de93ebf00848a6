import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { type Program, startProgram } from './program.ts';

const configFile = 'examples/support-desk/costspan.yaml';
const command = join(dirname(createRequire(import.meta.url).resolve('costspan/package.json')), 'bin', 'costspan.mjs');

/** A running `costspan serve`. */
export type Service = { readonly endpoint: string; readonly stop: () => Promise<void> };

/** Starts `costspan serve` with the demo's configuration and resolves when it listens. */
export async function startService(
  environment: Readonly<Record<string, string>>,
  onOutput: (text: string) => void,
): Promise<Service> {
  let output = '';
  let heard: (endpoint: string) => void;
  const endpoint = new Promise<string>((resolve) => {
    heard = resolve;
  });
  const program = startProgram('costspan serve', [command, 'serve', '--config', configFile], {
    environment,
    onOutput: (text) => {
      onOutput(text);
      output += text;
      const [address] = output.match(/http:\/\/127\.0\.0\.1:\d+/) ?? [];
      if (address !== undefined) heard(address);
    },
  });
  const ended = program.ended.then(() => {
    throw new Error(`costspan serve: expected it to listen, but it ended\n${output}`);
  });
  return { endpoint: await Promise.race([endpoint, ended]), stop: program.stop };
}

/** Runs a `costspan` command with the demo's configuration. */
export function startCommand(args: readonly string[], environment: Readonly<Record<string, string>>): Program {
  return startProgram(`costspan ${args[0]}`, [command, ...args, '--config', configFile], { environment });
}
