import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { createTemporaryFolder } from '@costspan/testkit';
import { createClient } from 'redis';

/** The server of Debian's package; `REDIS_SERVER` names another one. */
export const REDIS_SERVER = process.env['REDIS_SERVER'] ?? '/usr/bin/redis-server';

/** Whether tests with Redis can run here. Says so where they cannot. */
export const hasRedis = (): boolean => {
  if (existsSync(REDIS_SERVER)) return true;
  console.log(`skipped: ${REDIS_SERVER} is not installed; apt-get install redis-server, or node scripts/check.ts --only Redis`);
  return false;
};

const makeClient = (url: string) => createClient({ url, socket: { reconnectStrategy: 20 } });

/** A client of the official package. */
export type RedisTestClient = ReturnType<typeof makeClient>;

/** A Redis of its own on a free port, without a file. */
export type Redis = AsyncDisposable & {
  readonly url: string;
  readonly connect: () => Promise<RedisTestClient>;
  /** Ends it as a crash would. */
  readonly kill: () => Promise<void>;
  /** Starts it again on the same port, empty, or with what a save has kept. */
  readonly restart: () => Promise<void>;
};

export const startRedis = async (): Promise<Redis> => {
  const port = await freePort();
  const folder = await createTemporaryFolder();
  const clients: RedisTestClient[] = [];
  let server = await start(port, folder.path);
  const kill = async (): Promise<void> => {
    if (server.exitCode !== null || server.signalCode !== null) return;
    const gone = new Promise((resolve) => server.once('exit', resolve));
    server.kill('SIGKILL');
    await gone;
  };
  const url = `redis://127.0.0.1:${port}`;
  return {
    url,
    connect: async () => {
      const client = makeClient(url);
      client.on('error', () => undefined);
      await client.connect();
      clients.push(client);
      return client;
    },
    kill,
    restart: async () => {
      server = await start(port, folder.path);
    },
    [Symbol.asyncDispose]: async () => {
      for (const client of clients) client.destroy();
      await kill();
      await folder.remove();
    },
  };
};

const start = async (port: number, folder: string): Promise<ChildProcess> => {
  // Every write is in the file before it is answered, so that a crash loses none.
  const durable = ['--appendonly', 'yes', '--appendfsync', 'always', '--save', ''];
  const server = spawn(REDIS_SERVER, ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, ...durable], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise<void>((resolve, reject) => {
    server.once('exit', (code) => reject(new Error(`redis-server ended with ${code}`)));
    server.stdout?.on('data', (text) => {
      if (String(text).includes('Ready to accept connections')) resolve();
    });
  });
  return server;
};

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
