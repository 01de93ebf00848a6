import { describe, expect, test } from 'vitest';
import type { OtlpMetric } from '../../src/metrics-out/otlp-metrics.ts';
import { createDeltaTemporality } from '../../src/metrics-out/temporality.ts';

const counter = (value: number, kind: OtlpMetric['kind'] = 'counter'): OtlpMetric => ({
  ...{ name: 'requests', description: '', unit: '1', kind, startNs: 5n },
  points: [{ labels: { code: '200' }, value }],
});
const histogram = (counts: readonly number[], value: number): OtlpMetric => ({
  ...{ name: 'total', description: '', unit: '1', kind: 'histogram', startNs: 5n },
  points: [{ labels: {}, value, bounds: [1], counts }],
});

describe('differences', () => {
  test('begin with what was not there before the destination was', () => {
    const delta = createDeltaTemporality([histogram([4, 1], 9)], 100n);
    expect(delta.next([counter(3), histogram([5, 1], 9.5)])).toEqual([
      { ...counter(3), isDelta: true, startNs: 100n },
      { ...histogram([1, 0], 0.5), isDelta: true, startNs: 100n },
    ]);
  });

  test('are since what was delivered last; what was not delivered is in the next one', () => {
    const delta = createDeltaTemporality([], 100n);
    delta.next([counter(3)]);
    expect(delta.next([counter(4)])).toEqual([{ ...counter(4), isDelta: true, startNs: 100n }]);
    delta.delivered([counter(4)], 200n);
    expect(delta.next([counter(10)])).toEqual([{ ...counter(6), isDelta: true, startNs: 200n }]);
  });

  test('of a counter that began anew are what it has', () => {
    const delta = createDeltaTemporality([counter(10), histogram([4, 1], 9)], 100n);
    expect(delta.next([counter(2), histogram([1, 0], 1)])).toMatchObject([
      { points: [{ value: 2 }] },
      { points: [{ value: 1, counts: [1, 0] }] },
    ]);
  });

  test.each(['up-down', 'gauge'] as const)('are not made of a metric that may fall: %s', (kind) => {
    const delta = createDeltaTemporality([counter(10, kind)], 100n);
    expect(delta.next([counter(12, kind)])).toEqual([counter(12, kind)]);
  });
});
