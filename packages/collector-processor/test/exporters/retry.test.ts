import { describe, expect, test } from 'vitest';
import type { RetryConfig } from '../../src/config/config.ts';
import type { Delivery } from '../../src/delivery.ts';
import { withRetry } from '../../src/exporters/retry.ts';
import { steppingClock } from '../stepping-clock.ts';

const config: RetryConfig = {
  enabled: true,
  initialIntervalMs: 5_000,
  multiplier: 1.5,
  randomizationFactor: 0.5,
  intervalMsMax: 30_000,
  elapsedMsMax: 300_000,
};
const busy: Delivery = { kind: 'retryable', message: 'busy' };
const accepted: Delivery = { kind: 'accepted' };

/** Waits and outcome of a run in which attempts end as listed; the last one repeats. */
async function run(
  outcomes: readonly Delivery[],
  given: Partial<RetryConfig> & { readonly random?: number; readonly withinMs?: number } = {},
) {
  const clock = steppingClock();
  let attempts = 0;
  const outcome = await withRetry(async () => outcomes[Math.min(attempts++, outcomes.length - 1)] ?? accepted, {
    config: { ...config, ...given },
    patience: { abort: new AbortController().signal, ...(given.withinMs === undefined ? {} : { elapsedMsMax: given.withinMs }) },
    clock,
    random: () => given.random ?? 0.5,
    onRetry: () => undefined,
  });
  return { attempts, waitsMs: clock.waitsMs, outcome };
}

describe('OTLP-35 back-off', () => {
  test('grows by the multiplier up to the longest wait', async () => {
    const { waitsMs } = await run([busy, busy, busy, busy, busy, busy, busy, accepted]);
    expect(waitsMs).toEqual([5_000, 7_500, 11_250, 16_875, 25_313, 30_000, 30_000]);
  });

  test.each([
    [0, 2_500],
    [0.5, 5_000],
    [1, 7_500],
  ])('chance %d makes the first wait %d ms', async (random, waitMs) => {
    expect((await run([busy, accepted], { random })).waitsMs).toEqual([waitMs]);
  });

  test('gives up when the next attempt would come after the bound, and says how long it would have waited', async () => {
    const { attempts, waitsMs, outcome } = await run([busy], { elapsedMsMax: 20_000 });
    expect({ attempts, waitsMs, outcome }).toEqual({
      attempts: 3,
      waitsMs: [5_000, 7_500],
      outcome: { kind: 'retryable', message: 'busy', retryAfterMs: 11_250 },
    });
  });

  test('a bound of 0 never gives up', async () => {
    const { attempts } = await run([...Array<Delivery>(100).fill(busy), accepted], { elapsedMsMax: 0 });
    expect(attempts).toBe(101);
  });

  test('a sender that waits shortens the bound', async () => {
    expect(await run([busy], { withinMs: 4_999 })).toMatchObject({ attempts: 1, waitsMs: [] });
  });

  test('switched off, there is one attempt', async () => {
    expect(await run([busy], { enabled: false })).toMatchObject({ attempts: 1, waitsMs: [] });
  });
});

describe('OTLP-31 the delay a destination asks for', () => {
  test('is a lower bound', async () => {
    const asked: Delivery = { kind: 'retryable', message: 'busy', retryAfterMs: 60_000 };
    expect((await run([asked, busy, accepted])).waitsMs).toEqual([60_000, 7_500]);
  });

  test('never shortens the back-off', async () => {
    const asked: Delivery = { kind: 'retryable', message: 'busy', retryAfterMs: 1_000 };
    expect((await run([asked, accepted])).waitsMs).toEqual([5_000]);
  });
});

test.each<[string, Delivery]>([
  ['OTLP-26 a partial success', { kind: 'accepted', partial: { rejectedCount: 3, message: 'too old' } }],
  ['OTLP-37 a refusal', { kind: 'rejected', reason: 'invalid', message: 'no' }],
])('%s is never sent again', async (_, outcome) => {
  expect(await run([outcome])).toEqual({ attempts: 1, waitsMs: [], outcome });
});

test('OTLP-41 stops waiting when the sender has gone', async () => {
  const gone = new AbortController();
  let attempts = 0;
  const clock = steppingClock();
  const outcome = await withRetry(
    async () => {
      attempts += 1;
      gone.abort();
      return busy;
    },
    { config, patience: { abort: gone.signal }, clock, random: () => 0.5, onRetry: () => undefined },
  );
  expect({ attempts, kind: outcome.kind, waitsMs: clock.waitsMs }).toEqual({ attempts: 1, kind: 'retryable', waitsMs: [] });
});
