import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { createChanges } from '@costspan/testkit';
import { expect, test } from 'vitest';
import { parseConfig } from '../../src/config/load.ts';
import { silentLogger } from '../../src/logger.ts';
import { createSharedLimits } from '../../src/tenant-limits.ts';
import { connectCalls } from '../../src/threads/calls.ts';
import type { ControlCalls, NetworkThreadData } from '../../src/threads/network-protocol.ts';
import { type NetworkThreads, startNetworkThreads } from '../../src/threads/network-threads.ts';
import { createSharedAllowance, createSharedSums } from '../../src/threads/shared-allowance.ts';
import { steppingClock } from '../stepping-clock.ts';

type Plan = {
  /** Numbers of the threads, counted as they start, that cannot listen. */
  readonly failing?: readonly number[];
  /** Numbers of the threads that cannot read a price book. */
  readonly refusing?: readonly number[];
};

/** Threads that say what network threads say, over real channels, and note what they are asked. */
async function startThreads({ failing = [], refusing = [] }: Plan = {}) {
  const changes = createChanges();
  const started: NetworkThreadData[] = [];
  const asked: string[] = [];
  const ends: Array<() => void> = [];
  const sums = createSharedSums(3);
  const startThread = (data: NetworkThreadData) => {
    const number = started.push(data);
    const { port1: main, port2: own }: { port1: MessagePort; port2: MessagePort } = new MessageChannel();
    const control = connectCalls<ControlCalls>(own, {
      prepareReload: () => {
        asked.push(`${number} prepare`);
        if (refusing.includes(number)) throw new Error('book.yaml: not readable');
      },
      finishReload: (use: boolean) => asked.push(`${number} ${use ? 'use' : 'forget'}`),
      metrics: () => [],
      stop: () => {
        asked.push(`${number} stop`);
        setImmediate(() => own.close());
      },
    });
    ends.push(() => own.close());
    const address = { port: data.config.otlpHttp?.port || 40_000, url: 'http://127.0.0.1' };
    void control.ask(
      'listening',
      failing.includes(number)
        ? { kind: 'failed', code: 'address-unavailable', message: 'taken' }
        : { kind: 'listening', http: address },
    );
    if (failing.includes(number)) setImmediate(() => own.close());
    changes.announce();
    return {
      channel: main,
      onEnd: (listener: (why: string | undefined) => void) => main.once('close', () => listener('it was closed')),
    };
  };
  const parsed = parseConfig('service: {workers: 3}', {}, { endpoint: '127.0.0.1:0' });
  if (parsed.kind === 'invalid') throw new Error('the configuration is valid');
  const starting: Promise<NetworkThreads> = startNetworkThreads({
    config: parsed.config,
    threadCount: 3,
    inFlightSums: sums,
    sharedLimits: createSharedLimits(parsed.config),
    pagePaths: [],
    fileExporters: [],
    control: {} as ControlCalls,
    logger: silentLogger,
    clock: steppingClock(),
    startThread,
  });
  return { starting, started, asked, ends, changes, allowance: createSharedAllowance(sums, 0, 100, () => false) };
}

test('the first thread finds the port, the others join it', async () => {
  const { starting, started } = await startThreads();
  const threads = await starting;
  expect(threads.http?.port).toBe(40_000);
  expect(started.map(({ thread, config }) => [thread, config.otlpHttp?.port])).toEqual([
    [0, 0],
    [1, 40_000],
    [2, 40_000],
  ]);
  await threads.stop(0);
});

test('each thread has its share of the bounds, and no part in the records', async () => {
  const { starting, started } = await startThreads();
  const threads = await starting;
  expect(started.map(({ config }) => [config.otlpHttp?.connectionsMax, config.records.exporters])).toEqual([
    [Math.ceil(4_096 / 3), []],
    [Math.ceil(4_096 / 3), []],
    [Math.ceil(4_096 / 3), []],
  ]);
  await threads.stop(0);
});

test('a thread that ends by itself is replaced, and what it held is free again', async () => {
  const { starting, started, ends, changes, allowance } = await startThreads();
  const threads = await starting;
  expect(allowance.take(100)).toBe(true);
  ends[0]?.();
  await changes.waitUntil('a fourth thread', () => started.length === 4);
  expect(started[3]).toMatchObject({ thread: 0, config: { otlpHttp: { port: 40_000 } } });
  expect(allowance.takenBytes()).toBe(0);
  await threads.stop(0);
});

test('when one cannot start, none is left and the reason is its own', async () => {
  const { starting, asked } = await startThreads({ failing: [2] });
  await expect(starting).rejects.toMatchObject({ code: 'address-unavailable', message: 'taken' });
  expect(asked.filter((each) => each.endsWith('stop')).length).toBeGreaterThan(0);
});

test('a reload is used by all or by none', async () => {
  const refused = await startThreads({ refusing: [3] });
  const threads = await refused.starting;
  await expect(threads.reload()).rejects.toThrow('book.yaml: not readable');
  expect(refused.asked.toSorted()).toEqual(['1 forget', '1 prepare', '2 forget', '2 prepare', '3 forget', '3 prepare']);
  await threads.stop(0);

  const good = await startThreads();
  const others = await good.starting;
  await others.reload();
  expect(good.asked.toSorted()).toEqual(['1 prepare', '1 use', '2 prepare', '2 use', '3 prepare', '3 use']);
  await others.stop(0);
});
