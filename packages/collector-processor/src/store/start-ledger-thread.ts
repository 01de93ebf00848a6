import { MessageChannel, type MessagePort, type Transferable, Worker } from 'node:worker_threads';
import type { LedgerGreeting, LedgerRequest, LedgerResponse, LedgerThreadData } from './ledger-protocol.ts';
import { ledgerYoungMebibytes } from './limits.ts';
import { serveLedger } from './serve-ledger.ts';

/** The other end of a ledger: where requests go and answers come from. */
export type LedgerThread = {
  readonly post: (request: LedgerRequest) => void;
  readonly onMessage: (listener: (message: LedgerGreeting | LedgerResponse) => void) => void;
  /** Called once, when nothing will be answered any more; `why` is for people. */
  readonly onEnd: (listener: (why: string) => void) => void;
};

/**
 * Starts a ledger on a thread of its own. Run from sources, as tests do, it shares the caller's thread and speaks through the
 * same messages: type stripping in threads that come and go aborts Node 24 now and then (a check in V8's WebAssembly memory).
 */
export function startLedgerThread(data: LedgerThreadData): LedgerThread {
  if (import.meta.url.endsWith('.ts')) return startHere(data);
  const worker = new Worker(new URL('./store/ledger-worker.js', import.meta.url), {
    ...{ workerData: data, execArgv },
    resourceLimits: { maxYoungGenerationSizeMb: ledgerYoungMebibytes },
  });
  return {
    post: (request) => worker.postMessage(request, givenAway(request)),
    onMessage: (listener) => worker.on('message', listener),
    onEnd: (listener) => {
      worker.once('error', (error) => listener(error instanceof Error ? error.message : String(error)));
      worker.once('exit', (code) => listener(`its thread ended with ${code}`));
    },
  };
}

/** What moves to the ledger's side instead of being copied. */
function givenAway({ question }: LedgerRequest): Transferable[] {
  return question.kind === 'commit' ? [question.packed.buffer] : [];
}

/**
 * Flags of the thread. The process's own are not passed on: flags of V8 are refused here, and what it preloads is not the
 * ledger's. node:sqlite announces itself as experimental once per thread; the store's tests cover what is used of it.
 */
const execArgv = ['--disable-warning=ExperimentalWarning'];

function startHere(data: LedgerThreadData): LedgerThread {
  const { port1: own, port2: served }: { port1: MessagePort; port2: MessagePort } = new MessageChannel();
  serveLedger(served, data);
  return {
    post: (request) => own.postMessage(request, givenAway(request)),
    onMessage: (listener) => own.on('message', listener),
    onEnd: (listener) => own.once('close', () => listener('it was closed')),
  };
}
