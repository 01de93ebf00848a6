import type { CompletedOutcomes } from '@costspan/ledger';
import { type Clock, systemClock } from '../clock.ts';
import { CostspanError } from '../errors.ts';
import { optional } from '../optional.ts';
import type { CounterName } from './counters.ts';
import { encodeEvents } from './encoded-events.ts';
import type { LedgerAnswer, LedgerQuestion, LedgerResponse, LedgerThreadData } from './ledger-protocol.ts';
import type { LedgerStore } from './ledger-store.ts';
import * as limits from './limits.ts';
import { countEvents } from './received-events.ts';
import { type LedgerThread, startLedgerThread } from './start-ledger-thread.ts';

export type OpenLedgerOptions = {
  /** Path of the SQLite file, made when it is not there, or `:memory:`. */
  readonly file: string;
  /** ISO 4217: the reporting currency. A ledger file holds one currency for ever. */
  readonly currency: string;
  /** Milliseconds entries are kept after their trace was last written to. Default: 30 days. */
  readonly retentionMs?: number;
  /** Milliseconds after its last span until the attribution of a trace is frozen. Default: 1 hour. */
  readonly traceWindowMs?: number;
  /** Outcomes that complete a unit, by item type. Kept in the file, so that reports of it count the same way. */
  readonly completed?: CompletedOutcomes;
  /** Whether everything it decides also goes to another ledger, see `outgoing`. Default: as the file says; a new one keeps it. */
  readonly sendsEntries?: boolean;
  /** Default: the computer's clock. */
  readonly clock?: Pick<Clock, 'nowNs'>;
};

/** A {@link LedgerStore} that also tells what it counted. */
export type OpenLedger = LedgerStore & {
  /** Spans the ledger could not treat like others, over the life of the file. */
  readonly counters: () => Promise<Readonly<Record<CounterName, number>>>;
  /** Why its thread has ended without being asked to; undefined: it has not. Only opening the ledger again helps. */
  readonly fault: () => string | undefined;
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
    ...optional('completed', options.completed),
    ...optional('sendsEntries', options.sendsEntries),
  };
  const { emitter, ask, ended, fault } = await connect(startLedgerThread(data), options.file);
  let pendingFacts = 0;
  let closed: Promise<void> | undefined;
  /** Has something written, unless too much is waiting for it already. */
  const write = async (facts: number, question: () => LedgerQuestion): Promise<void> => {
    if (facts === 0) return;
    if (pendingFacts > 0 && pendingFacts + facts > limits.pendingFactsMax) {
      throw new CostspanError(
        'ledger-unavailable',
        `ledger: ${pendingFacts} spans are waiting to be written; send it again later`,
      );
    }
    pendingFacts += facts;
    try {
      await ask(question());
    } finally {
      pendingFacts -= facts;
    }
  };
  return {
    emitter,
    commit: ({ bytes, spanCount }) =>
      write(spanCount, () => ({ kind: 'commit', packed: bytes, facts: spanCount, nowNs: clock.nowNs() })),
    receive: (events) => {
      const facts = countEvents(events);
      return write(facts, () => ({ kind: 'receive', events: encodeEvents(events), facts, nowNs: clock.nowNs() }));
    },
    claim: async (claims) => {
      const answer = await ask({ kind: 'claim', claims, nowNs: clock.nowNs() });
      if (answer.kind !== 'claimed') throw new Error(`ledger: expected claims, got ${answer.kind}`);
      return answer.claimed;
    },
    record: async (item) => {
      const answer = await ask({ kind: 'record', item });
      return answer.kind === 'records' ? answer.records[0] : undefined;
    },
    outgoing: async (eventsMax) => {
      const answer = await ask({ kind: 'outgoing', eventsMax });
      if (answer.kind !== 'outgoing') throw new Error(`ledger: expected events, got ${answer.kind}`);
      return answer.events;
    },
    markOutgoingSent: async (events) => {
      await ask({ kind: 'outgoing-sent', sequences: events.map(({ sequence }) => sequence) });
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
    fault: () => (closed === undefined ? fault() : undefined),
    close: () => {
      // A ledger that has stopped by itself is closed as well.
      closed ??= ask({ kind: 'close' }).then(
        () => ended,
        () => ended,
      );
      return closed;
    },
  };
}

type Line = {
  readonly emitter: string;
  /** Resolves with the answer; rejects when the ledger failed or has stopped. */
  readonly ask: (question: LedgerQuestion) => Promise<LedgerAnswer>;
  /** Resolves when the ledger has stopped. */
  readonly ended: Promise<void>;
  readonly fault: () => string | undefined;
};

type Waiting = { readonly resolve: (answer: LedgerAnswer) => void; readonly reject: (error: Error) => void };

/** Resolves when the file is open. Answers carry the number of their request, so any number may be under way. */
function connect(thread: LedgerThread, file: string): Promise<Line> {
  const waiting = new Map<number, Waiting>();
  let asked = 0;
  let gone: CostspanError | undefined;
  const ask = (question: LedgerQuestion): Promise<LedgerAnswer> =>
    new Promise((resolve, reject) => {
      if (gone !== undefined) return reject(gone);
      asked += 1;
      waiting.set(asked, { resolve, reject });
      thread.post({ id: asked, question });
    });
  return new Promise((opened, refused) => {
    const ended = new Promise<void>((resolve) => {
      thread.onEnd((why) => {
        gone ??= new CostspanError('ledger-unavailable', `${file}: the ledger has stopped (${why}); restart costspan`);
        for (const { reject } of waiting.values()) reject(gone);
        waiting.clear();
        refused(gone);
        resolve();
      });
    });
    thread.onMessage((message) => {
      if (!('kind' in message)) deliver(message, waiting);
      else if (message.kind === 'open') opened({ emitter: message.emitter, ask, ended, fault: () => gone?.message });
      else refused(new CostspanError(message.code, message.message));
    });
  });
}

function deliver(response: LedgerResponse, waiting: Map<number, Waiting>): void {
  for (const { id, answer } of response) {
    const asker = waiting.get(id);
    waiting.delete(id);
    if (answer.kind === 'failed') asker?.reject(new CostspanError(answer.code, answer.message));
    else asker?.resolve(answer);
  }
}
