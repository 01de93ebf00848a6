import { MessageChannel, Worker } from 'node:worker_threads';
import type { Channel } from './calls.ts';
import type { NetworkThreadData } from './network-protocol.ts';
import { runNetworkThread } from './run-network-thread.ts';

/** A network thread that has been started. */
export type StartedThread = {
  readonly channel: Channel;
  /** Called once, when the thread has ended; `why` is for people, and absent when it was asked to end. */
  readonly onEnd: (listener: (why: string | undefined) => void) => void;
};

/**
 * Starts a network thread. Run from sources, as tests do, it shares the caller's thread and speaks through the same
 * messages: type stripping in threads that come and go aborts Node 24 now and then (a check in V8's WebAssembly memory).
 */
export function startNetworkThread(data: NetworkThreadData): StartedThread {
  if (import.meta.url.endsWith('.ts')) return startHere(data);
  const worker = new Worker(new URL('./threads/network-worker.js', import.meta.url), { workerData: data, execArgv: [] });
  return {
    channel: worker,
    onEnd: (listener) => {
      let fault: string | undefined;
      worker.once('error', (error) => {
        fault = error instanceof Error ? error.message : String(error);
      });
      worker.once('exit', (code) => listener(fault ?? (code === 0 ? undefined : `it ended with ${code}`)));
    },
  };
}

function startHere(data: NetworkThreadData): StartedThread {
  const { port1: main, port2: thread } = new MessageChannel();
  void runNetworkThread(thread, data, () => thread.close());
  return { channel: main, onEnd: (listener) => main.once('close', () => listener(undefined)) };
}
