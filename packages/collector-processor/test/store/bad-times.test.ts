import { describe, expect, test } from 'vitest';
import { fact } from '../../../ledger/test/support/facts.ts';
import { commitNs, dayNs, hourNs, openTestLedger } from './support/engine.ts';

const yearSeconds = 365 * 86_400;

describe('a sender whose clock is a year off', () => {
  test.each([
    ['ahead', yearSeconds],
    ['behind', -yearSeconds],
  ])('%s: its traces close and are pruned by the clock of the ledger, and totals stay', (_, offset) => {
    const ledger = openTestLedger();
    const odd = fact({
      span: 'a',
      trace: 'odd',
      item: 'ticket T-odd',
      cost: '0.18',
      start: offset,
      end: offset + 1,
      outcome: 'done',
    });
    const good = fact({ span: 'b', trace: 'good', item: 'ticket T-good', cost: '1', outcome: 'done' });
    ledger.commit([odd]);
    ledger.commit([good]);
    ledger.closeDue(commitNs + hourNs);
    expect(ledger.records().map(({ item, state }) => `${item.id} ${state}`)).toEqual(['T-good closed', 'T-odd closed']);
    ledger.closeDue(commitNs + 31n * dayNs);
    expect(ledger.entries()).toEqual([]);
    expect(ledger.records().map(({ item, totalPico }) => [item.id, totalPico])).toEqual([
      ['T-good', 1_000_000_000_000n],
      ['T-odd', 180_000_000_000n],
    ]);
    expect(ledger.verify()).toEqual([]);
  });

  test('behind: what comes again after pruning, or looks as if it did, is left out and counted, and others go on', () => {
    const ledger = openTestLedger();
    ledger.commit([fact({ span: 'b', trace: 'good', item: 'ticket T-good', cost: '1' })]);
    ledger.closeDue(commitNs + hourNs);
    ledger.closeDue(commitNs + 31n * dayNs);
    const late = fact({
      span: 'a',
      trace: 'odd',
      item: 'ticket T-odd',
      cost: '0.18',
      start: -yearSeconds,
      end: -yearSeconds + 1,
    });
    const nowS = Number((commitNs + 31n * dayNs - 1_780_315_200_000_000_000n) / 1_000_000_000n);
    const next = fact({ span: 'c', trace: 'next', item: 'ticket T-good', cost: '1', start: nowS, end: nowS + 1 });
    ledger.commit([late], commitNs + 31n * dayNs);
    ledger.commit([next], commitNs + 31n * dayNs);
    expect(ledger.engine.counters().spans_beyond_retention).toBe(1);
    expect(ledger.records().map(({ item, totalPico }) => [item.id, totalPico])).toEqual([['T-good', 2_000_000_000_000n]]);
    expect(ledger.verify()).toEqual([]);
  });
});

test('an item of very many spans: the work of each request depends on what it brings, not on what is there', () => {
  const ledger = openTestLedger();
  const batch = (from: number) =>
    Array.from({ length: 1_000 }, (_, index) =>
      fact({ span: `${from + index}`, trace: `t${from}`, item: 'ticket T-1', cost: '0.01', usage: { requests: 1 } }),
    );
  const steps = countSteps(ledger.file.database);
  const work: number[] = [];
  for (let round = 0; round < 20; round += 1) {
    const before = steps();
    ledger.commit(batch(round * 1_000));
    work.push(steps() - before);
  }
  expect(ledger.records().map(({ totalPico }) => totalPico)).toEqual([200_000_000_000_000n]);
  expect(work.at(-1)).toBe(work[1]);
  expect(ledger.verify()).toEqual([]);
});

/** Rows the database has changed so far. */
function countSteps(database: ReturnType<typeof openTestLedger>['file']['database']): () => number {
  const changes = database.prepare('SELECT total_changes() AS changes');
  return () => Number(changes.get()?.['changes']);
}
