import type { CostRecord } from '@costspan/ledger';
import type { Clock } from './clock.ts';
import type { Delivery } from './delivery.ts';
import { recordsBatchMax } from './limits.ts';
import { describeFault, type Logger } from './logger.ts';
import type { SelfMetrics } from './self-metrics.ts';
import type { LedgerStore } from './store/ledger-store.ts';

/** Carries changed records out of the ledger. The ledger is the outbox: a record stays there until it was taken. */
export type RecordsPump = {
  /** Begins a round every interval. */
  readonly start: () => void;
  /** One round now: closes what is due and sends what changed. False when something could not be sent. */
  readonly flush: (abort: AbortSignal) => Promise<boolean>;
  /** Ends the rounds and waits for the one under way. */
  readonly stop: () => Promise<void>;
};

/** What a pump works with. */
export type RecordsPumpOptions = {
  readonly store: LedgerStore;
  /** Delivers records to every record destination; undefined: there is none, and records stay in the ledger. */
  readonly send: ((records: readonly CostRecord[], abort: AbortSignal) => Promise<Delivery>) | undefined;
  readonly intervalMs: number;
  readonly clock: Clock;
  readonly metrics: Pick<SelfMetrics, 'recordsSent' | 'recordsFailed'>;
  readonly logger: Logger;
};

/** Creates the pump of one ledger. */
export function createRecordsPump({ store, send, intervalMs, clock, metrics, logger }: RecordsPumpOptions): RecordsPump {
  const stopped = new AbortController();
  let rounds: Promise<void> | undefined;
  let underWay: Promise<boolean> = Promise.resolve(true);

  /** Sends a batch; one that is refused for what it contains is halved until the record that cannot be sent stands alone. */
  const sendBatch = async (records: readonly CostRecord[], abort: AbortSignal): Promise<boolean> => {
    const delivery = await send?.(records, abort);
    if (delivery?.kind === 'accepted') {
      await store.markSent(records);
      metrics.recordsSent(records.length);
      return true;
    }
    const isAboutContent = delivery?.kind === 'rejected' && (delivery.reason === 'invalid' || delivery.reason === 'too-large');
    if (!isAboutContent) return false;
    if (records.length > 1) {
      const middle = Math.ceil(records.length / 2);
      const first = await sendBatch(records.slice(0, middle), abort);
      return (await sendBatch(records.slice(middle), abort)) && first;
    }
    logger.error('a record destination refuses a record for good; it stays in the ledger', { reason: delivery.reason });
    await store.markSent(records);
    metrics.recordsFailed();
    return true;
  };

  const round = async (abort: AbortSignal): Promise<boolean> => {
    try {
      await store.closeDue(clock.nowNs());
      if (send === undefined) return true;
      for (;;) {
        const records = await store.dirtyRecords(recordsBatchMax);
        if (records.length === 0) return true;
        if (!(await sendBatch(records, abort))) {
          metrics.recordsFailed();
          logger.warn('records could not be sent; they stay in the ledger and are sent again', { records: records.length });
          return false;
        }
      }
    } catch (error) {
      metrics.recordsFailed();
      logger.error('the ledger could not be read for sending records', { fault: describeFault(error) });
      return false;
    }
  };

  /** Rounds never overlap: two would send the same records. */
  const flush = (abort: AbortSignal): Promise<boolean> => {
    underWay = underWay.then(() => round(abort));
    return underWay;
  };

  const repeat = async (): Promise<void> => {
    while (!stopped.signal.aborted) {
      await clock.wait(intervalMs, stopped.signal);
      if (!stopped.signal.aborted) await flush(stopped.signal);
    }
  };

  return {
    start: () => {
      rounds ??= repeat();
    },
    flush,
    stop: async () => {
      stopped.abort();
      await rounds;
      await underWay;
    },
  };
}
