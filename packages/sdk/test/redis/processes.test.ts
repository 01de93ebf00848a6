import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { redisBudgetStore } from '../../src/redis.ts';
import { hasRedis, startRedis } from '../support/start-redis.ts';

const WORKER = fileURLToPath(new URL('../fixtures/redis-worker.ts', import.meta.url));

type Worker = { readonly process: ChildProcess; readonly lines: readonly string[]; readonly ended: Promise<unknown> };

const startWorker = (...args: readonly string[]): Worker => {
  const child = spawn(process.execPath, ['--conditions=costspan-source', WORKER, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  return { process: child, lines, ended: new Promise((resolve) => child.once('close', resolve)) };
};

const spentBy = ({ lines }: Worker): bigint =>
  lines.filter((line) => line.startsWith('spent ')).reduce((sum, line) => sum + BigInt(line.slice('spent '.length)), 0n);

test.skipIf(!hasRedis())(
  'three processes, of which one is killed, never bring spent and set aside above a hard limit',
  async () => {
    await using redis = await startRedis();
    const hardPico = 60_000_000_000n;
    const workers = ['1', '2', '3'].map((seed) => startWorker(redis.url, String(hardPico), seed, '300'));
    const client = await redis.connect();
    const store = redisBudgetStore(client, { timeoutMs: 10_000 });
    const [, , killed] = workers;
    let looks = 0;
    const isDone = (): boolean => workers.slice(0, 2).every(({ lines }) => lines.includes('done'));
    while (!isDone()) {
      const state = await store.stateOf('shared');
      looks += 1;
      if (state !== undefined) expect(state.committedPico + state.reservedPico).toBeLessThanOrEqual(hardPico);
      if ((killed?.lines.length ?? 0) > 200 && killed?.process.killed === false) killed.process.kill('SIGKILL');
    }
    await Promise.all(workers.map(({ ended }) => ended));
    expect(killed?.process.signalCode).toBe('SIGKILL');
    // Its leases end, and what it had set aside counts as spent: nobody knows whether it was billed.
    await expect.poll(async () => (await store.stateOf('shared'))?.reservedPico, { timeout: 10_000 }).toBe(0n);
    const spentPico = workers.reduce((sum, worker) => sum + spentBy(worker), 0n);
    const state = await store.stateOf('shared');
    expect(state?.committedPico).toBeGreaterThanOrEqual(spentPico);
    expect(state?.committedPico).toBeLessThanOrEqual(hardPico);
    expect(workers.flatMap(({ lines }) => lines.filter((line) => line.startsWith('ABOVE')))).toEqual([]);
    // The limit was met by each of them, or the test would hold of any store.
    for (const { lines } of workers.slice(0, 2)) expect(lines).toContain('refused');
    expect(looks).toBeGreaterThan(100);
  },
  60_000,
);
