import { describe, expect, test } from 'vitest';
import { watchEventLoop } from '../src/event-loop-delay.ts';

/** A histogram as Node fills it: from one look to the next, in nanoseconds. */
function histogramOf(percentileNs: number): Parameters<typeof watchEventLoop>[0] & { readonly calls: string[] } {
  const calls: string[] = [];
  let isEmpty = false;
  return {
    calls,
    get mean() {
      return isEmpty ? Number.NaN : percentileNs;
    },
    percentile: () => percentileNs,
    reset: () => {
      isEmpty = true;
      calls.push('reset');
    },
    enable: () => calls.push('enable') > 0,
    disable: () => calls.push('disable') > 0,
  };
}

describe('the delay of the event loop', () => {
  test.each([
    ['an idle loop, which Node shows at its resolution', 10_000_000, 0],
    ['a loop that is early by rounding', 9_900_000, 0],
    ['a loop that is late', 14_500_000, 0.0045],
    ['a loop that was stuck', 2_010_000_000, 2],
  ])('%s', (_, percentileNs, seconds) => {
    expect(watchEventLoop(histogramOf(percentileNs)).p99Seconds()).toBeCloseTo(seconds, 9);
  });

  test('is measured anew after each question, and 0 where nothing was', () => {
    const histogram = histogramOf(30_000_000);
    const delay = watchEventLoop(histogram);
    expect([delay.p99Seconds(), delay.p99Seconds()]).toEqual([0.02, 0]);
    delay.stop();
    expect(histogram.calls).toEqual(['enable', 'reset', 'reset', 'disable']);
  });

  test('of this thread shows that it was blocked', async () => {
    const delay = watchEventLoop();
    // The first look after a question only begins the measurement.
    await new Promise((resolve) => setTimeout(resolve, 30));
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(delay.p99Seconds()).toBeGreaterThan(0.08);
    delay.stop();
  });
});
