import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type CostRecord, canonicalText, mergeEmitters } from '../src/index.ts';
import { facts } from './support/facts.ts';
import { expectedLedger } from './support/oracle.ts';
import { anyTraces } from './support/random-facts.ts';
import { decide, records } from './support/show.ts';

const record = (table: string, emitter: string, revision: bigint): CostRecord => {
  const [first] = records(decide(facts(table)));
  if (first === undefined) throw new Error('no record');
  return { ...first, emitter, revision };
};

test('the true cost is the sum over emitters of the record at the highest revision', () => {
  const dear = record('span | item | cost\n a | ticket T-1 | 5', 'A', 1n);
  const corrected = record('span | item | cost\n a | ticket T-1 | 3', 'A', 2n);
  const other = record('span | item | cost | outcome\n b | ticket T-1 | 0.25 | resolved', 'B', 1n);
  for (const order of [
    [dear, corrected, other],
    [other, corrected, dear, dear],
  ]) {
    expect(mergeEmitters(order)).toMatchObject([
      {
        totalPico: 3_250_000_000_000n,
        spans: { priced: 2 },
        outcome: { value: 'resolved' },
        emitters: [
          { emitter: 'A', revision: 2n },
          { emitter: 'B', revision: 1n },
        ],
      },
    ]);
  }
});

test('items in different currencies are never added', () => {
  const dollars = record('span | item | cost\n a | ticket T-1 | 5', 'A', 1n);
  expect(mergeEmitters([dollars, { ...dollars, currency: 'EUR', emitter: 'B' }]).map(({ currency }) => currency)).toEqual([
    'EUR',
    'USD',
  ]);
});

test('several ledgers that each have whole traces agree with one that has them all', () => {
  fc.assert(
    fc.property(anyTraces, (all) => {
      const traces = [...Map.groupBy(all, ({ traceId }) => traceId)];
      const parts = traces.flatMap(([traceId, trace]) =>
        expectedLedger(trace).records.map((part): CostRecord => ({ ...part, emitter: traceId, revision: 1n })),
      );
      const sums = (
        costs: readonly Pick<CostRecord, 'item' | 'totalPico' | 'usage' | 'spans' | 'byCategory' | 'firstSpanNs'>[],
      ) =>
        costs.map(({ item, totalPico, usage, spans, byCategory, firstSpanNs }) =>
          canonicalText({ item, totalPico, usage, spans, byCategory, firstSpanNs }),
        );
      expect(sums(mergeEmitters(parts))).toEqual(sums(expectedLedger(all).records));
    }),
  );
});
