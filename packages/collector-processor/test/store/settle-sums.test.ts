import { decideTrace, type SpanFact } from '@costspan/ledger';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fact, facts } from '../../../ledger/test/support/facts.ts';
import { withEntries } from '../../../ledger/test/support/with-entries.ts';
import { commitNs, dayNs, hourNs, openTestLedger, type TestLedger } from './support/engine.ts';

const total = (ledger: TestLedger): bigint => ledger.records().reduce((sum, { totalPico }) => sum + totalPico, 0n);
const told = (ledger: TestLedger): readonly string[] =>
  ledger
    .live()
    .map(({ spanName, status, amountPico, reasons }) => `${spanName} ${status} ${amountPico} ${reasons.join()}`.trim());

const sumAlone = `
  span | item       | role      | cost
  run  | ticket T-1 | aggregate | ~0.3`;
const late = facts('span | parent | start | cost\n llm | run | 1 | 0.2');

describe('a sum whose calls did not come', () => {
  test('costs nothing while they may still come, and is estimated once the window is over', () => {
    const ledger = openTestLedger();
    ledger.commit(facts(sumAlone));
    expect(told(ledger)).toEqual(['run aggregate 0']);
    ledger.closeDue(commitNs + 2n * hourNs);
    expect(told(ledger)).toEqual(['run estimated 300000000000 attempt-possible']);
    expect(total(ledger)).toBe(300_000_000_000n);
    expect(ledger.verify()).toEqual([]);
  });

  test('is void as soon as a call of it comes, however late', () => {
    const ledger = openTestLedger();
    ledger.commit(facts(sumAlone));
    ledger.closeDue(commitNs + 2n * hourNs);
    ledger.commit(late, commitNs + 5n * hourNs);
    expect(told(ledger)).toEqual(['llm priced 200000000000', 'run aggregate 0']);
    expect(total(ledger)).toBe(200_000_000_000n);
    expect(
      ledger
        .entries()
        .map(({ spanName, version, state }) => `${spanName} ${version} ${state}`)
        .sort(),
    ).toEqual(['llm 1 live', 'run 1 void', 'run 2 void', 'run 3 live']);
    expect(ledger.engine.counters().late_spans).toBe(1);
    expect(ledger.verify()).toEqual([]);
  });

  test('has a record that changes when it is decided', () => {
    const ledger = openTestLedger();
    ledger.commit(facts(sumAlone));
    ledger.engine.markSent(ledger.engine.dirtyRecords(9));
    ledger.closeDue(commitNs + 2n * hourNs);
    expect(ledger.engine.dirtyRecords(9).map(({ totalPico }) => totalPico)).toEqual([300_000_000_000n]);
  });

  test('is pruned like any other', () => {
    const ledger = openTestLedger();
    ledger.commit(facts(sumAlone));
    ledger.closeDue(commitNs + 2n * hourNs);
    ledger.closeDue(commitNs + 40n * dayNs);
    expect(ledger.entries()).toEqual([]);
    expect(total(ledger)).toBe(300_000_000_000n);
    expect(ledger.verify()).toEqual([]);
  });
});

test('a trace without such sums closes without being read', () => {
  const ledger = openTestLedger();
  ledger.commit([...facts(sumAlone), ...late]);
  ledger.closeDue(commitNs + 2n * hourNs);
  expect(told(ledger)).toEqual(['llm priced 200000000000', 'run aggregate 0']);
  expect(ledger.entries()).toHaveLength(2);
});

const anyFact = fc
  .record(
    {
      span: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g'),
      parent: fc.constantFrom('', 'run', 'a', 'b', 'c', 'missing'),
      item: fc.constantFrom('ticket T-1', 'ticket T-2'),
      start: fc.integer({ min: 0, max: 9 }),
      scope: fc.constantFrom('x', 'y'),
      role: fc.constantFrom('call', 'aggregate', 'attempt'),
      cost: fc.constantFrom('0.18', '~0.2', '?usage-missing:usage_missing'),
    },
    { requiredKeys: ['span', 'start', 'scope'] },
  )
  .map(fact);

test('what comes after the window, in any order, batches and repetition, gives what all facts at once give', () => {
  const afterwards = fc.array(anyFact, { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(
      afterwards,
      fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 8 }),
      fc.func(fc.integer()),
      (later, sizes, rank) => {
        const before = facts('span | role | scope | start | end | cost\n run | aggregate | x | 0 | 20 | ~0.3');
        const ledger = openTestLedger();
        ledger.commit(before);
        ledger.closeDue(commitNs + 2n * hourNs);
        const order = [...later, ...later.slice(0, 2)]
          .map((each, index) => ({ each, rank: rank(index, each.spanId) }))
          .sort((left, right) => left.rank - right.rank)
          .map(({ each }) => each);
        for (const batch of inBatches(order, sizes)) ledger.commit(batch, commitNs + 3n * hourNs);
        const expected = decideTrace([...before, ...later], { currency: 'USD', sumsStand: true });
        const shown = ({ id, status, amountPico, item }: Shown): string => `${id} ${status} ${amountPico} ${item?.id}`;
        expect(ledger.live().map(shown).sort()).toEqual(
          withEntries(expected)
            .spans.map(({ entry }) => shown(entry))
            .sort(),
        );
        expect(ledger.verify()).toEqual([]);
      },
    ),
    { numRuns: 60 },
  );
});

type Shown = Pick<ReturnType<TestLedger['live']>[number], 'id' | 'status' | 'amountPico'> & {
  readonly item?: { readonly id: string };
};

function inBatches(all: readonly SpanFact[], sizes: readonly number[]): readonly (readonly SpanFact[])[] {
  const batches: SpanFact[][] = [];
  let at = 0;
  for (const size of [...sizes, all.length]) {
    batches.push(all.slice(at, at + size));
    at += size;
  }
  return batches;
}
