import { describe, expect, test } from 'vitest';
import { createCostMetrics } from '../../src/metrics-out/cost-metrics.ts';
import type { CostSums } from '../../src/metrics-out/cost-sums.ts';

const sums: CostSums = { emitter: 'e', currency: 'USD', createdAtNs: 0n, entries: [], items: [], closings: [] };

/** Metrics over a thread whose readings take as long as is said, on a clock that stands still otherwise. */
function metricsOf(readingMs: number) {
  let nowMs = 0;
  let readings = 0;
  let fails = false;
  const warnings: string[] = [];
  const metrics = createCostMetrics({
    thread: {
      read: async () => {
        if (fails) throw new Error('disk I/O error');
        readings += 1;
        nowMs += readingMs;
        return sums;
      },
      close: async () => undefined,
    },
    clock: { nowMs: () => nowMs, wait: () => new Promise(() => undefined) },
    logger: { warn: (message) => warnings.push(message) },
  });
  return {
    metrics,
    warnings,
    readings: () => readings,
    pass: (durationMs: number) => {
      nowMs += durationMs;
    },
    fail: () => {
      fails = true;
    },
  };
}

describe('the ledger is summed up', () => {
  test('only when somebody asks, and at most every five seconds', async () => {
    const { metrics, readings, pass } = metricsOf(10);
    expect(readings()).toBe(0);
    await Promise.all([metrics.read(), metrics.read()]);
    pass(4_000);
    await metrics.read();
    expect(readings()).toBe(1);
    pass(1_000);
    await metrics.read();
    expect(readings()).toBe(2);
  });

  test('less often the longer it takes: a twentieth of the time', async () => {
    const { metrics, readings, pass } = metricsOf(2_000);
    await metrics.read();
    pass(37_999);
    await metrics.read();
    expect(readings()).toBe(1);
    pass(1);
    await metrics.read();
    expect(readings()).toBe(2);
  });

  test('and who asks meanwhile learns how old the sums are', async () => {
    const { metrics, pass } = metricsOf(0);
    await metrics.read();
    pass(3_000);
    const age = (await metrics.read()).find(({ name }) => name === 'costspan_cost_metrics_age_seconds');
    expect(age?.values).toEqual([{ labels: {}, value: 3 }]);
  });

  test('a reading that fails leaves the metrics as they were, and says so', async () => {
    const { metrics, pass, fail, warnings } = metricsOf(0);
    const before = (await metrics.read()).map(({ name }) => name);
    fail();
    pass(10_000);
    expect((await metrics.read()).map(({ name }) => name)).toEqual(before);
    expect(warnings).toEqual(['the ledger could not be read for the metrics; they stay as they were']);
  });
});
