import type { Sending } from '../support/send-requests.ts';
import type { Topology } from './start-topology.ts';

/** What is done to a running topology while requests are on their way. */
export type Fault = {
  /** Completes "what was tried". */
  readonly tried: string;
  readonly example: 'side-branch' | 'inline-hop';
  /** Whether the application has to send something again: only what the Collector could not take. */
  readonly isNoticed: boolean;
  readonly run: (topology: Topology, sending: Sending, count: number) => Promise<void>;
};

/** Ends a hop without a warning and starts it again, twice, a third and two thirds into the traffic. */
const killTwice =
  (...hops: ReadonlyArray<'collector' | 'costspan'>): Fault['run'] =>
  async (topology, sending, count) => {
    for (const part of [1, 2]) {
      await sending.acknowledged(Math.floor((count * part) / 3));
      await Promise.all(hops.map((hop) => topology[hop].stop('SIGKILL')));
      await Promise.all(hops.map((hop) => topology[hop].start()));
    }
    await sending.acknowledged(count);
  };

/** Lets the backend misbehave for the middle third of the traffic and until it has refused something, or was slow for all of it. */
const backendFor =
  (mood: Parameters<Topology['backend']['become']>[0]): Fault['run'] =>
  async ({ backend }, sending, count) => {
    await sending.acknowledged(Math.floor(count / 3));
    backend.become(mood);
    await sending.acknowledged(count);
    if (mood.kind !== 'slow') await backend.until('a refusal', () => backend.refusedCount() > 0);
    backend.become({ kind: 'takes' });
  };

const stopWhileCostspanIsAway: Fault['run'] = async ({ collector, costspan }, sending, count) => {
  await sending.acknowledged(Math.floor(count / 3));
  await costspan.stop('SIGKILL');
  await sending.acknowledged(count);
  await collector.stop('SIGTERM');
  await collector.start();
  await costspan.start();
};

const killWhileCostspanIsAway: Fault['run'] = async ({ collector, costspan }, sending, count) => {
  await costspan.stop('SIGKILL');
  await sending.acknowledged(count);
  await collector.stop('SIGKILL');
  await collector.start();
  await costspan.start();
};

const replaceTwice: Fault['run'] = async ({ costspan }, sending, count) => {
  for (const part of [1, 2]) {
    await sending.acknowledged(Math.floor((count * part) / 3));
    await costspan.stop('SIGTERM');
    await costspan.start();
  }
  await sending.acknowledged(count);
};

const untilEnd: Fault['run'] = (_, sending, count) => sending.acknowledged(count);

/** Every fault that is tried, in the order of the table in the documentation. */
export const faults: readonly Fault[] = [
  { tried: 'Nothing: the run the others are compared with', example: 'side-branch', isNoticed: false, run: untilEnd },
  { tried: 'Costspan killed twice under load', example: 'side-branch', isNoticed: false, run: killTwice('costspan') },
  { tried: 'Collector killed twice under load', example: 'side-branch', isNoticed: true, run: killTwice('collector') },
  {
    tried: 'Collector and Costspan killed twice under load, at once',
    example: 'side-branch',
    isNoticed: true,
    run: killTwice('collector', 'costspan'),
  },
  {
    tried: 'Collector restarted while Costspan is away and its queue is full of spans',
    example: 'side-branch',
    isNoticed: false,
    run: stopWhileCostspanIsAway,
  },
  {
    tried: 'Collector killed while Costspan is away and its queue is full of spans',
    example: 'side-branch',
    isNoticed: false,
    run: killWhileCostspanIsAway,
  },
  {
    tried: 'Costspan replaced and put back under load, same ledger file',
    example: 'side-branch',
    isNoticed: false,
    run: replaceTwice,
  },
  { tried: 'Nothing', example: 'inline-hop', isNoticed: false, run: untilEnd },
  { tried: 'Costspan killed twice under load', example: 'inline-hop', isNoticed: false, run: killTwice('costspan') },
  { tried: 'Collector killed twice under load', example: 'inline-hop', isNoticed: true, run: killTwice('collector') },
  {
    tried: 'Backend cuts every connection for two thirds of the traffic',
    example: 'inline-hop',
    isNoticed: false,
    run: backendFor({ kind: 'gone' }),
  },
  {
    tried: 'Backend answers 503 for two thirds of the traffic',
    example: 'inline-hop',
    isNoticed: false,
    run: backendFor({ kind: 'fails', status: 503 }),
  },
  {
    tried: 'Backend takes a second for every request',
    example: 'inline-hop',
    isNoticed: false,
    run: backendFor({ kind: 'slow', delayMs: 1_000 }),
  },
  {
    tried: 'Costspan replaced and put back under load, same ledger file',
    example: 'inline-hop',
    isNoticed: false,
    run: replaceTwice,
  },
];
