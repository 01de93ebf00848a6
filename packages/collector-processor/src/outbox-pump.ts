import type { Clock } from './clock.ts';
import type { Delivery } from './delivery.ts';
import { describeFault, type Logger } from './logger.ts';

/** Carries what changed out of the ledger. The ledger is the outbox: a change stays there until it was taken. */
export type OutboxPump = {
  /** Begins a round every interval. */
  readonly start: () => void;
  /** One round now. False when something could not be sent. */
  readonly flush: (abort: AbortSignal) => Promise<boolean>;
  /** Ends the rounds and waits for the one under way. */
  readonly stop: () => Promise<void>;
};

/** What a pump works with. */
export type OutboxPumpOptions<Row> = {
  /** What it carries, for the log: `records`. */
  readonly what: string;
  /** Rows that wait, the oldest first; none when everything was sent. */
  readonly waiting: () => Promise<readonly Row[]>;
  readonly markSent: (rows: readonly Row[]) => Promise<void>;
  /** Delivers rows to every destination; undefined: there is none, and they stay. */
  readonly send: ((rows: readonly Row[], abort: AbortSignal) => Promise<Delivery>) | undefined;
  /** Done at the start of each round. */
  readonly prepare?: () => Promise<void>;
  readonly intervalMs: number;
  readonly clock: Clock;
  readonly metrics: { readonly sent: (rows: number) => void; readonly failed: () => void };
  readonly logger: Logger;
};

/** Creates the pump of one outbox. */
export function createOutboxPump<Row>(options: OutboxPumpOptions<Row>): OutboxPump {
  const { what, send, intervalMs, clock, metrics, logger } = options;
  const stopped = new AbortController();
  let rounds: Promise<void> | undefined;
  let underWay: Promise<boolean> = Promise.resolve(true);

  /** Sends a batch; one that is refused for what it contains is halved until the row that cannot be sent stands alone. */
  const sendBatch = async (rows: readonly Row[], abort: AbortSignal): Promise<boolean> => {
    const delivery = await send?.(rows, abort);
    if (delivery?.kind === 'accepted') {
      await options.markSent(rows);
      metrics.sent(rows.length);
      return true;
    }
    const isAboutContent = delivery?.kind === 'rejected' && (delivery.reason === 'invalid' || delivery.reason === 'too-large');
    if (!isAboutContent) return false;
    if (rows.length > 1) {
      const middle = Math.ceil(rows.length / 2);
      const first = await sendBatch(rows.slice(0, middle), abort);
      return (await sendBatch(rows.slice(middle), abort)) && first;
    }
    logger.error(`a destination of ${what} refuses one for good; it stays in the ledger`, { reason: delivery.reason });
    await options.markSent(rows);
    metrics.failed();
    return true;
  };

  const round = async (abort: AbortSignal): Promise<boolean> => {
    try {
      await options.prepare?.();
      if (send === undefined) return true;
      for (;;) {
        const rows = await options.waiting();
        if (rows.length === 0) return true;
        if (!(await sendBatch(rows, abort))) {
          metrics.failed();
          logger.warn(`${what} could not be sent; they stay in the ledger and are sent again`, { count: rows.length });
          return false;
        }
      }
    } catch (error) {
      metrics.failed();
      logger.error(`the ledger could not be read for sending ${what}`, { fault: describeFault(error) });
      return false;
    }
  };

  /** Rounds never overlap: two would send the same rows. */
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
