import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { type Program, startProgram } from './program.ts';

/** The service's configuration, seen from the root of the repository. */
const configFile = 'examples/support-desk/costspan.yaml';

const command = join(dirname(createRequire(import.meta.url).resolve('costspan/package.json')), 'bin', 'costspan.mjs');

/** Starts `costspan serve` with the demo's configuration. `listening` resolves with its address when it takes requests. */
export function startService(
  environment: Readonly<Record<string, string>>,
  onLog: (text: string) => void,
): Program & { readonly listening: Promise<string> } {
  const { promise: heard, resolve: hear } = Promise.withResolvers<string>();
  const program = startProgram('costspan serve', [command, 'serve', '--config', configFile], {
    environment,
    // One line of JSON says where it listens.
    onPrinted: (text) => {
      const [line, rest] = text.split('\n', 2);
      if (line !== undefined && rest !== undefined) hear(JSON.parse(line).url);
    },
    onComplaint: onLog,
  });
  const early = program.ended.then(() => {
    throw new Error('costspan serve: expected it to listen, but it ended');
  });
  return { ...program, listening: Promise.race([heard, early]) };
}

/** Runs a `costspan` command. */
export function startCommand(args: readonly string[]): Program {
  return startProgram(`costspan ${args[0]}`, [command, ...args], { environment: {} });
}
