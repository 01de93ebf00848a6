import type { Clock } from '../clock.ts';
import type { Config } from '../config/config.ts';
import { CostspanError } from '../errors.ts';
import { threadRestartDelayMs } from '../limits.ts';
import type { Logger } from '../logger.ts';
import type { MetricsSnapshot } from '../self-metrics.ts';
import type { SharedLimits } from '../tenant-limits.ts';
import { type Caller, connectCalls } from './calls.ts';
import type { Address, ControlCalls, NetworkCalls, NetworkGreeting, NetworkThreadData } from './network-protocol.ts';
import { listeningAt, networkConfig } from './share-config.ts';
import { giveBackAll, type SharedSums } from './shared-allowance.ts';
import { type StartedThread, startNetworkThread } from './start-network-thread.ts';

/** Network threads that listen on the same ports. */
export type NetworkThreads = {
  readonly http?: Address;
  readonly grpc?: Address;
  /** What each of them has counted. */
  readonly metrics: () => Promise<readonly MetricsSnapshot[]>;
  /** Every thread reads books and certificates again, or, when one cannot, none does. */
  readonly reload: () => Promise<void>;
  /** Stops accepting and finishes what is under way, on all threads at once. */
  readonly stop: (timeoutMs: number) => Promise<void>;
};

/** What network threads work with. */
export type NetworkThreadsOptions = {
  readonly config: Config;
  readonly threadCount: number;
  readonly inFlightSums: SharedSums;
  readonly sharedLimits: SharedLimits;
  readonly pagePaths: readonly string[];
  readonly fileExporters: readonly string[];
  /** How the main thread answers them. */
  readonly control: Pick<ControlCalls, 'commit' | 'receive' | 'claim' | 'record' | 'send' | 'page'>;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Default: a thread of the system. */
  readonly startThread?: (data: NetworkThreadData) => StartedThread;
};

type Thread = { readonly caller: Caller<NetworkCalls>; readonly ended: Promise<void> };

/** Starts every thread and resolves once all of them take requests. Rejects, with none left, when one cannot. */
export async function startNetworkThreads(options: NetworkThreadsOptions): Promise<NetworkThreads> {
  const { threadCount, clock, logger, config } = options;
  const threads = new Map<number, Thread>();
  let addresses: Extract<NetworkGreeting, { kind: 'listening' }> = { kind: 'listening' };
  let state: 'starting' | 'up' | 'stopping' = 'starting';

  /** One that ends by itself is replaced: its senders connect again, to it or to another. */
  const start = async (index: number): Promise<void> => {
    const thread = startOne(index, listeningAt(networkConfig(config, threadCount), addresses), options, (why) => {
      threads.delete(index);
      giveBackAll(options.inFlightSums, index);
      if (state !== 'up') return;
      logger.error('a network thread ended; another takes its place', { thread: index, problem: why ?? 'unknown' });
      void clock.wait(threadRestartDelayMs).then(() => restart(index));
    });
    threads.set(index, thread);
    const greeting = await thread.greeting;
    if (greeting.kind === 'listening') addresses = greeting;
    else throw new CostspanError(greeting.code ?? 'address-unavailable', greeting.message);
  };

  const restart = async (index: number): Promise<void> => {
    // One that cannot start ends as well, and is started once more.
    if (state === 'up') await start(index).catch(() => undefined);
  };

  const stop = async (timeoutMs: number): Promise<void> => {
    state = 'stopping';
    // A thread that ends while it is asked has stopped as well.
    await everyone(threads, (thread) => thread.caller.ask('stop', timeoutMs).catch(() => undefined));
    await everyone(threads, ({ ended }) => ended);
  };

  try {
    // The first finds the ports, where any free one is wanted; the others join it there.
    await start(0);
    await Promise.all(Array.from({ length: threadCount - 1 }, (_, index) => start(index + 1)));
    state = 'up';
  } catch (error) {
    await stop(0);
    throw error;
  }
  return {
    ...(addresses.http && { http: addresses.http }),
    ...(addresses.grpc && { grpc: addresses.grpc }),
    // One that ends while it is asked has nothing more to say.
    metrics: async () => everyone(threads, ({ caller }) => caller.ask('metrics', undefined).catch(() => [])),
    reload: async () => {
      const prepared = await Promise.allSettled(
        [...threads.values()].map(({ caller }) => caller.ask('prepareReload', undefined)),
      );
      const refused = prepared.find((each) => each.status === 'rejected');
      await everyone(threads, ({ caller }) => caller.ask('finishReload', refused === undefined));
      if (refused !== undefined) throw refused.reason;
    },
    stop,
  };
}

function everyone<Value>(
  threads: ReadonlyMap<number, Thread>,
  ask: (thread: Thread) => Promise<Value>,
): Promise<readonly Value[]> {
  return Promise.all([...threads.values()].map(ask));
}

function startOne(
  index: number,
  config: Config,
  options: NetworkThreadsOptions,
  onEnd: (why: string | undefined) => void,
): Thread & { readonly greeting: Promise<NetworkGreeting> } {
  const { inFlightSums, sharedLimits, pagePaths, fileExporters, control, logger, startThread = startNetworkThread } = options;
  const inFlightBytesMax = config.service.inFlightBytesMax;
  const { channel, onEnd: whenEnded } = startThread({
    config,
    thread: index,
    inFlightSums,
    sharedLimits,
    inFlightBytesMax,
    pagePaths,
    fileExporters,
  });
  let greet: (greeting: NetworkGreeting) => void;
  const greeting = new Promise<NetworkGreeting>((resolve) => {
    greet = resolve;
  });
  const caller = connectCalls<NetworkCalls>(channel, {
    ...control,
    listening: (said: NetworkGreeting) => greet(said),
    log: ({ severity, message, fields }: Parameters<ControlCalls['log']>[0]) => logger[severity](message, fields),
  });
  const ended = new Promise<void>((resolve) => {
    whenEnded((why) => {
      greet({ kind: 'failed', message: `network thread ${index} ended before it took requests (${why ?? 'no reason given'})` });
      caller.end(new CostspanError('address-unavailable', `network thread ${index} has ended`));
      resolve();
      onEnd(why);
    });
  });
  return { caller, ended, greeting };
}
