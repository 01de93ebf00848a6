import type { CostRecord } from '@costspan/ledger';
import type { Clock } from './clock.ts';
import type { Redaction } from './config/config.ts';
import type { OpenExporters } from './exporters/open-exporters.ts';
import { recordsBatchMax } from './limits.ts';
import type { Logger } from './logger.ts';
import { createOutboxPump, type OutboxPump } from './outbox-pump.ts';
import type { SelfMetrics } from './self-metrics.ts';
import { outgoingEventsMax } from './store/limits.ts';
import type { OpenLedger } from './store/open-ledger.ts';
import type { OutgoingEvent } from './store/outgoing.ts';
import { warnOnce } from './warn-once.ts';
import { encodeOutgoing, encodeRecords } from './wire-codecs.ts';

/** What carrying records and entries out of a ledger works with. */
export type LedgerPumpOptions = Pick<OpenExporters, 'sendRecords' | 'sendEntries'> & {
  readonly ledger: OpenLedger;
  readonly intervalMs: number;
  readonly clock: Clock;
  readonly metrics: Pick<SelfMetrics, 'recordsSent' | 'recordsFailed' | 'eventsSent' | 'eventsFailed'>;
  readonly logger: Logger;
};

/** Carries changed records, and what the ledger decided, to their destinations. A round also closes what is due. */
export function createLedgerPump({ ledger, sendRecords, sendEntries, metrics, ...options }: LedgerPumpOptions): OutboxPump {
  const { clock } = options;
  const lookForRoots = watchRoots(ledger, options.logger);
  const records = createOutboxPump<CostRecord>({
    ...options,
    what: 'records',
    prepare: () => lookForRoots(() => ledger.closeDue(clock.nowNs())),
    waiting: () => ledger.dirtyRecords(recordsBatchMax),
    markSent: ledger.markSent,
    send:
      sendRecords &&
      ((rows, abort) => {
        const nowNs = clock.nowNs();
        const bodyOf = (redaction: Redaction): Uint8Array => encodeRecords(rows, nowNs, redaction);
        return sendRecords({ bodyOf, itemCount: rows.length }, abort);
      }),
    metrics: { sent: metrics.recordsSent, failed: metrics.recordsFailed },
  });
  const entries = createOutboxPump<OutgoingEvent>({
    ...options,
    what: 'entry events',
    waiting: () => ledger.outgoing(outgoingEventsMax),
    markSent: ledger.markOutgoingSent,
    send:
      sendEntries &&
      ((rows, abort) => {
        const nowNs = clock.nowNs();
        const bodyOf = (redaction: Redaction): Uint8Array => encodeOutgoing(rows, ledger.emitter, nowNs, redaction);
        return sendEntries({ bodyOf, itemCount: rows.length }, abort);
      }),
    metrics: { sent: metrics.eventsSent, failed: metrics.eventsFailed },
  });
  return {
    start: () => {
      records.start();
      entries.start();
    },
    flush: async (abort) => {
      const [recordsSent, entriesSent] = await Promise.all([records.flush(abort), entries.flush(abort)]);
      return recordsSent && entriesSent;
    },
    stop: async () => {
      await Promise.all([records.stop(), entries.stop()]);
    },
  };
}

/** Warns once when a trace that bears cost has closed without its root; the metrics and the report have the count. */
function watchRoots(ledger: Pick<OpenLedger, 'counters'>, logger: Logger): (close: () => Promise<void>) => Promise<void> {
  const warn = warnOnce(
    logger,
    'traces whose root span never came have cost: a part of them may be sampled, filtered or sent elsewhere; an item that only a missing span names gets none of it',
  );
  const count = async (): Promise<number> => (await ledger.counters()).traces_without_root;
  let countBefore: number | undefined;
  return async (close) => {
    countBefore ??= await count();
    await close();
    if ((await count()) > countBefore) warn();
  };
}
