import type { Clock } from '../clock.ts';
import { costReadingIntervalMs, costReadingRestFactor, costReadingWaitMs } from '../limits.ts';
import { describeFault, type Logger } from '../logger.ts';
import { createCostFamilies } from './cost-families.ts';
import type { CostSums } from './cost-sums.ts';
import type { CostThread } from './cost-thread.ts';
import type { MetricFamily } from './metric-family.ts';

/** The metrics of a ledger's costs. */
export type CostMetrics = {
  /** As new as the bounds on reading allow; none before the first reading is done. Never rejects. */
  readonly read: () => Promise<readonly MetricFamily[]>;
  /** Where the sums come from; undefined before the first reading. */
  readonly origin: () => Pick<CostSums, 'emitter' | 'createdAtNs'> | undefined;
  /** Has the ledger read anew the next time somebody asks, whatever the bounds: for the last metrics of a service. */
  readonly renew: () => void;
  readonly close: () => Promise<void>;
};

export type CostMetricsOptions = {
  readonly thread: CostThread;
  readonly clock: Pick<Clock, 'nowMs' | 'wait'>;
  readonly logger: Pick<Logger, 'warn'>;
};

type Reading = { readonly sums: CostSums; readonly families: readonly MetricFamily[]; readonly atMs: number };

/**
 * Creates the metrics of a ledger. Nothing is read until somebody asks; then at most every {@link costReadingIntervalMs}, and
 * less often the longer a reading takes. Who asks meanwhile gets the last reading.
 */
export function createCostMetrics({ thread, clock, logger }: CostMetricsOptions): CostMetrics {
  const familiesOf = createCostFamilies();
  let last: Reading | undefined;
  let nextAtMs = Number.NEGATIVE_INFINITY;
  let underWay: Promise<void> | undefined;

  const readNow = async (): Promise<void> => {
    const startedMs = clock.nowMs();
    try {
      const sums = await thread.read();
      last = { sums, families: familiesOf(sums), atMs: startedMs };
    } catch (error) {
      logger.warn('the ledger could not be read for the metrics; they stay as they were', { fault: describeFault(error) });
    }
    const endedMs = clock.nowMs();
    nextAtMs = Math.max(startedMs + costReadingIntervalMs, endedMs + costReadingRestFactor * (endedMs - startedMs));
    underWay = undefined;
  };

  return {
    read: async () => {
      if (clock.nowMs() >= nextAtMs) underWay ??= readNow();
      if (underWay !== undefined) await withinWait(underWay, clock);
      return last === undefined ? [] : [...last.families, ageFamily((clock.nowMs() - last.atMs) / 1_000)];
    },
    origin: () => last?.sums,
    renew: () => {
      nextAtMs = Number.NEGATIVE_INFINITY;
    },
    close: () => thread.close(),
  };
}

async function withinWait(work: Promise<void>, clock: Pick<Clock, 'wait'>): Promise<void> {
  const done = new AbortController();
  await Promise.race([work.finally(() => done.abort()), clock.wait(costReadingWaitMs, done.signal)]);
}

function ageFamily(ageSeconds: number): MetricFamily {
  return {
    name: 'costspan_cost_metrics_age_seconds',
    help: 'Time since the ledger was last summed up for the metrics of costs.',
    type: 'gauge',
    values: [{ labels: {}, value: ageSeconds }],
  };
}
