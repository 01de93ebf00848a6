import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { testBook } from './test-service.ts';

const command = fileURLToPath(new URL('../../packages/cli/bin/costspan.mjs', import.meta.url));

/** The built `costspan serve` as a process of its own. */
export type ServeProcess = {
  readonly url: string;
  /** Everything it printed so far, both streams. */
  readonly printed: () => string;
  /** Sends the signal and resolves with the exit code once the process is gone; undefined when the signal ended it. */
  readonly stop: (signal: NodeJS.Signals) => Promise<number | undefined>;
};

/** A port that nothing listens on at the moment. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** Writes a configuration into the folder and starts the command with it; resolves once it answers. */
export async function startServeProcess(
  folder: string,
  port: number,
  extra = '',
  pricing = `{ catalog: false, books: [${JSON.stringify(testBook)}] }`,
  otherProtocol = '',
): Promise<ServeProcess> {
  const config = join(folder, 'costspan.yaml');
  await writeFile(
    config,
    `receivers: { otlp: { protocols: { http: { endpoint: "127.0.0.1:${port}" }, ${otherProtocol} } } }
pricing: ${pricing}
ledger: { file: ${JSON.stringify(join(folder, 'ledger.db'))} }
${extra}`,
  );
  const child = spawn(process.execPath, [command, 'serve', '--config', config], { stdio: ['ignore', 'pipe', 'pipe'] });
  let printed = '';
  child.stdout.on('data', (chunk) => {
    printed += chunk;
  });
  child.stderr.on('data', (chunk) => {
    printed += chunk;
  });
  const url = `http://127.0.0.1:${port}`;
  await ready(child, url, () => printed);
  return { url, printed: () => printed, stop: (signal) => stop(child, signal) };
}

async function ready(child: ChildProcess, url: string, printed: () => string): Promise<void> {
  while (child.exitCode === null && child.signalCode === null) {
    const answer = await fetch(`${url}/readyz`).catch(() => undefined);
    if (answer?.status === 200) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`costspan serve ended before it was ready:\n${printed()}`);
}

async function stop(child: ChildProcess, signal: NodeJS.Signals): Promise<number | undefined> {
  const ended = once(child, 'close');
  child.kill(signal);
  await ended;
  return child.exitCode ?? undefined;
}
