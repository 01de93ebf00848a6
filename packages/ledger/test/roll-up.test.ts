import { expect, test } from 'vitest';
import { coverageOf } from '../src/index.ts';
import { facts } from './support/facts.ts';
import { decide, records } from './support/show.ts';

test('a record says what an item cost, how that is known and what it rests on', () => {
  const [record] = records(
    decide(
      facts(`
      span | parent | item       | parentItem | outcome  | dimensions   | category | cost           | waste
      root |        | ticket T-1 | T-0        |          | team=support |          |                |
      llm  | root   |            |            |          |              | llm      | 0.18           |
      bad  | root   |            |            |          |              | llm      | ?model-unknown |
      hum  | root   |            |            | resolved |              | human    | ~0.45          |
      re   | root   |            |            |          |              | llm      | 0.02           | x`),
    ),
  );
  expect(record).toEqual({
    item: { tenant: 'default', type: 'ticket', id: 'T-1' },
    parentId: 'T-0',
    outcome: { value: 'resolved', atNs: 1_780_315_204_000_000_000n },
    state: 'open',
    currency: 'USD',
    totalPico: 650_000_000_000n,
    lowPico: 200_000_000_000n,
    highPico: 650_000_000_000n,
    wastePico: 20_000_000_000n,
    byCategory: { human: 450_000_000_000n, llm: 200_000_000_000n },
    unpricedByCategory: { llm: 1 },
    usage: { requests: '4' },
    spans: { estimated: 1, priced: 2, unpriced: 1 },
    unpricedReasons: { 'model-unknown': 1 },
    complete: false,
    bookVersions: ['2026-06-01'],
    dimensions: { team: 'support' },
    firstSpanNs: 1_780_315_200_000_000_000n,
    lastSpanNs: 1_780_315_205_000_000_000n,
    emitter: 'E',
    revision: 1n,
  });
});

test('a category of which only nothing is known, beside a span without a price, has no amount', () => {
  const table = `
      span | item       | category | cost
      free | ticket T-1 | tool     | ?call-failed:non_billable
      bad  | ticket T-1 | tool     | ?no-price`;
  const [record] = records(decide(facts(table)));
  expect(record).toMatchObject({ byCategory: {}, unpricedByCategory: { tool: 1 }, spans: { non_billable: 1, unpriced: 1 } });
});

test.each([
  [{}, undefined],
  [{ aggregate: 3, duplicate: 1 }, undefined],
  [{ priced: 3, non_billable: 1 }, '1'],
  [{ priced: 23, unpriced: 1 }, '0.958333'],
  [{ priced: 2_999_999, usage_missing: 1 }, '0.999999'],
  [{ invalid_usage: 2, aggregate: 5 }, '0.000000'],
])('of spans %j the share with a cost is %s', (spans, coverage) => {
  expect(coverageOf(spans)).toBe(coverage);
});
