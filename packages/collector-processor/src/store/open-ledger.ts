import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { type Clock, systemClock } from '../clock.ts';
import { CostspanError } from '../errors.ts';
import type { CounterName } from './counters.ts';
import { encodeFacts } from './encoded-facts.ts';
import type {
  LedgerAnswer,
  LedgerFailure,
  LedgerGreeting,
  LedgerQuestion,
  LedgerRequest,
  LedgerResponse,
  LedgerThreadData,
} from './ledger-protocol.ts';
import type { LedgerStore } from './ledger-store.ts';
import * as limits from './limits.ts';

export type OpenLedgerOptions = {
  /** Path of the SQLite file, made when it is not there, or `:memory:`. */
  readonly file: string;
  /** ISO 4217: the reporting currency. A ledger file holds one currency for ever. */
  readonly currency: string;
  /** Milliseconds entries are kept after their trace was last written to. Default: 30 days. */
  readonly retentionMs?: number;
  /** Milliseconds after its last span until the attribution of a trace is frozen. Default: 1 hour. */
  readonly traceWindowMs?: number;
  /** Default: the computer's clock. */
  readonly clock?: Pick<Clock, 'nowNs'>;
};

/** A {@link LedgerStore} that also tells what it counted. */
export type OpenLedger = LedgerStore & {
  /** Spans the ledger could not treat like others, over the life of the file. */
  readonly counters: () => Promise<Readonly<Record<CounterName, number>>>;
};

/**
 * Opens a ledger file on a thread of its own. Rejects with a CostspanError (`ledger-unusable`) when the file is newer,
 * damaged, foreign, in another currency or held by another process. Facts of a commit that rejects were not kept.
 */
export async function openLedger({ clock = systemClock, ...options }: OpenLedgerOptions): Promise<OpenLedger> {
  const data: LedgerThreadData = {
    file: options.file,
    currency: options.currency,
    retentionMs: options.retentionMs ?? limits.retentionMs,
    traceWindowMs: options.traceWindowMs ?? limits.traceWindowMs,
    nowNs: clock.nowNs(),
  };
  const thread = startThread(data);
  const greeting = await Promise.race([nextMessage<LedgerGreeting>(thread), exited(thread)]);
  if (greeting.kind === 'failed') {
    await thread.terminate();
    throw new CostspanError(greeting.code, greeting.message);
  }
  const { ask, end } = createLine(thread, options.file);
  let pendingFacts = 0;
  return {
    emitter: greeting.emitter,
    commit: async (facts) => {
      if (facts.length === 0) return;
      if (pendingFacts > 0 && pendingFacts + facts.length > limits.pendingFactsMax) {
        throw new CostspanError(
          'ledger-unavailable',
          `ledger: ${pendingFacts} spans are waiting to be written; send it again later`,
        );
      }
      pendingFacts += facts.length;
      try {
        await ask({ kind: 'commit', traces: encodeFacts(facts), facts: facts.length, nowNs: clock.nowNs() });
      } finally {
        pendingFacts -= facts.length;
      }
    },
    dirtyRecords: async (recordsMax) => {
      const answer = await ask({ kind: 'dirty-records', recordsMax });
      return answer.kind === 'records' ? answer.records : [];
    },
    markSent: async (records) => {
      if (records.length === 0) return;
      await ask({ kind: 'mark-sent', records: records.map(({ item, revision }) => ({ item, revision })) });
    },
    closeDue: async (nowNs) => {
      // One bounded step at a time, so that commits of senders come in between.
      for (let more = true; more; ) {
        const answer = await ask({ kind: 'close-due', nowNs });
        more = answer.kind === 'due' && answer.more;
      }
    },
    counters: async () => {
      const answer = await ask({ kind: 'counters' });
      if (answer.kind !== 'counters') throw new Error(`ledger: expected counters, got ${answer.kind}`);
      return answer.counters;
    },
    close: async () => {
      await ask({ kind: 'close' });
      await end();
    },
  };
}

/** From sources the thread is a TypeScript file and needs the workspace's condition; in `dist` tsup has bundled it beside the index. */
function startThread(workerData: LedgerThreadData): Worker {
  const isSource = import.meta.url.endsWith('.ts');
  return isSource
    ? new Worker(new URL('./ledger-worker.ts', import.meta.url), {
        workerData,
        execArgv: [...process.execArgv, '--conditions=costspan-source', ...quiet],
      })
    : new Worker(new URL('./store/ledger-worker.js', import.meta.url), { workerData, execArgv: [...process.execArgv, ...quiet] });
}

/** node:sqlite announces itself as experimental once per thread; the store's tests cover what is used of it. */
const quiet = ['--disable-warning=ExperimentalWarning'];

async function nextMessage<Message>(thread: Worker): Promise<Message> {
  const [message] = await once(thread, 'message');
  return message;
}

async function exited(thread: Worker): Promise<LedgerFailure> {
  const [code] = await once(thread, 'exit');
  return { kind: 'failed', code: 'ledger-unusable', message: `ledger: its thread ended with ${code} before the file was open` };
}

type Line = {
  /** Resolves with the answer; rejects when the ledger failed or its thread is gone. */
  readonly ask: (question: LedgerQuestion) => Promise<LedgerAnswer>;
  /** Resolves when the thread has ended. */
  readonly end: () => Promise<void>;
};

type Waiting = { readonly resolve: (answer: LedgerAnswer) => void; readonly reject: (error: Error) => void };

function createLine(thread: Worker, file: string): Line {
  const waiting = new Map<number, Waiting>();
  let asked = 0;
  let gone: CostspanError | undefined;
  const ended = new Promise<void>((resolve) => {
    thread.once('exit', () => resolve());
  });
  const fail = (why: string): void => {
    gone ??= new CostspanError('ledger-unavailable', `${file}: the ledger has stopped (${why}); restart costspan`);
    for (const { reject } of waiting.values()) reject(gone);
    waiting.clear();
  };
  thread.on('message', (response: LedgerResponse) => {
    for (const { id, answer } of response) {
      const asker = waiting.get(id);
      waiting.delete(id);
      if (answer.kind === 'failed') asker?.reject(new CostspanError(answer.code, answer.message));
      else asker?.resolve(answer);
    }
  });
  thread.on('error', (error) => fail(error instanceof Error ? error.message : String(error)));
  thread.on('exit', () => fail('closed'));
  return {
    ask: (question) =>
      new Promise((resolve, reject) => {
        if (gone !== undefined) return reject(gone);
        asked += 1;
        waiting.set(asked, { resolve, reject });
        thread.postMessage({ id: asked, question } satisfies LedgerRequest);
      }),
    end: () => ended,
  };
}
