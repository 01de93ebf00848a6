import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fact } from '../../../ledger/test/support/facts.ts';
import { anyTraces } from '../../../ledger/test/support/random-facts.ts';
import { createCostFamilies } from '../../src/metrics-out/cost-families.ts';
import { type CostSums, readCostSums } from '../../src/metrics-out/cost-sums.ts';
import { readSums } from '../../src/metrics-out/cost-thread.ts';
import { closingKindsMax, prunedSumsMax } from '../../src/store/limits.ts';
import { commitNs, dayNs, hourNs, openTestLedger, type TestLedger } from '../store/support/engine.ts';
import { temporaryLedgerFile } from '../store/support/temporary-ledger.ts';

const later = commitNs + 2n * hourNs;
const pruned = commitNs + 31n * dayNs;

/** Totals and wastes by item type, as records have them. */
function ofRecords(ledger: TestLedger): Readonly<Record<string, readonly bigint[]>> {
  return byType(ledger.records().map(({ item, totalPico, wastePico }) => [item.type, totalPico, wastePico]));
}

/** The same, as the metrics have them. */
function ofSums({ entries }: CostSums): Readonly<Record<string, readonly bigint[]>> {
  const ofItems = entries.filter(({ type }) => type !== '');
  return byType(ofItems.map(({ type, amountPico, waste }) => [type, amountPico, waste ? amountPico : 0n]));
}

function byType(rows: ReadonlyArray<readonly [string, bigint, bigint]>): Readonly<Record<string, readonly bigint[]>> {
  const sums: Record<string, readonly [bigint, bigint]> = {};
  for (const [type, total, waste] of rows) {
    if (total === 0n && waste === 0n) continue;
    const [totals, wastes] = sums[type] ?? [0n, 0n];
    sums[type] = [totals + total, wastes + waste];
  }
  return sums;
}

describe('the sums of a ledger', () => {
  test('are those of its records to the last pico, before and after entries are pruned', () => {
    fc.assert(
      fc.property(anyTraces, (all) => {
        const ledger = openTestLedger();
        ledger.commit(all);
        expect(ofSums(readCostSums(ledger.file.database))).toEqual(ofRecords(ledger));
        ledger.closeDue(later);
        const before = readCostSums(ledger.file.database);
        ledger.closeDue(pruned);
        expect(ledger.entries()).toEqual([]);
        const after = readCostSums(ledger.file.database);
        expect(ofSums(after)).toEqual(ofRecords(ledger));
        expect(after.entries.map(text).sort()).toEqual(before.entries.map(text).sort());
      }),
      { numRuns: 60 },
    );
  });

  test('give metrics that agree with the records within 1e-9', () => {
    fc.assert(
      fc.property(anyTraces, (all) => {
        const ledger = openTestLedger();
        ledger.commit(all);
        const exact = ledger.records().reduce((sum, { totalPico }) => sum + totalPico, 0n);
        const [cost] = createCostFamilies()(readCostSums(ledger.file.database));
        const shown = (cost?.values ?? []).filter(({ labels }) => labels['type'] !== '(none)');
        const sum = shown.reduce((before, { value }) => before + value, 0);
        const expected = Number(exact) / 1e12;
        expect(Math.abs(sum - expected)).toBeLessThanOrEqual(Math.abs(expected) * 1e-9);
      }),
      { numRuns: 60 },
    );
  });

  test('show no cost of what has no price: unknown is not zero', () => {
    const ledger = openTestLedger();
    ledger.commit([
      fact({ span: 'a', trace: 'one', item: 'ticket T-1', cost: '?no-price' }),
      fact({ span: 'b', trace: 'two', item: 'ticket T-1', cost: '2' }),
    ]);
    const [cost, entries] = createCostFamilies()(readCostSums(ledger.file.database));
    expect(cost?.values.map(({ labels, value }) => [labels['status'], value])).toEqual([['priced', 2]]);
    expect(entries?.values.map(({ labels }) => labels['status']).sort()).toEqual(['priced', 'unpriced']);
  });

  test('are the same after a restart', () => {
    const file = temporaryLedgerFile();
    const ledger = openTestLedger({ path: file });
    ledger.commit([
      fact({ span: 'a', item: 'ticket T-1', cost: '1.5', outcome: 'resolved' }),
      fact({ span: 'b', item: 'claim C-1', cost: '2' }),
    ]);
    ledger.closeDue(later);
    const before = readSums(file);
    expect(before.entries).toHaveLength(2);
    ledger.file.close();
    expect(readSums(file)).toEqual(before);
    expect(readSums(openAgain(file))).toEqual(before);
  });

  test('count an item under its cost when it closes, once for each time it does', () => {
    const ledger = openTestLedger();
    ledger.commit([fact({ span: 'a', trace: 'one', item: 'ticket T-1', cost: '0.5', outcome: 'resolved' })]);
    expect(readCostSums(ledger.file.database).closings).toEqual([]);
    expect(readCostSums(ledger.file.database).items).toMatchObject([
      { type: 'ticket', state: 'open', completed: true, items: 1 },
    ]);
    ledger.closeDue(later);
    ledger.commit([fact({ span: 'b', trace: 'two', item: 'ticket T-1', cost: '1' })], later);
    ledger.closeDue(later + 2n * hourNs);
    const { closings, items } = readCostSums(ledger.file.database);
    expect(items).toMatchObject([{ type: 'ticket', outcome: 'resolved', state: 'closed', items: 1 }]);
    expect(closings).toMatchObject([
      { bucket: 5, items: 1, totalPico: 500_000_000_000n },
      { bucket: 7, items: 1, totalPico: 1_500_000_000_000n },
    ]);
    ledger.closeDue(pruned);
    expect(readCostSums(ledger.file.database).closings).toEqual(closings);
  });

  test('keep one row for what is pruned, and for what closes, once there are too many kinds', () => {
    const ledger = openTestLedger();
    const { database } = ledger.file;
    const numbers = (count: number): string =>
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count}) `;
    database.exec(`${numbers(prunedSumsMax)}
      INSERT INTO pruned_sums SELECT 'ticket', 'o' || i, 'a', 'llm', 'priced', 0, '', 1, 0, 0 FROM n`);
    database.exec(`${numbers(closingKindsMax)} INSERT INTO closings SELECT 'ticket', 'o' || i, 5, 1, 0, 0 FROM n`);
    ledger.commit([
      fact({ span: 'a', trace: 'one', item: 'ticket T-1', cost: '0.5', outcome: 'new', agent: 'a' }),
      fact({ span: 'b', trace: 'two', item: 'ticket T-2', cost: '0.25', outcome: 'o7', agent: 'a' }),
    ]);
    ledger.closeDue(later);
    ledger.closeDue(pruned);
    const { entries, closings } = readCostSums(database);
    const of = (type: string, outcome: string) => (each: { readonly type: string; readonly outcome: string }) =>
      each.type === type && each.outcome === outcome;
    expect(entries).toHaveLength(prunedSumsMax + 1);
    expect(entries.filter(of('(others)', '(others)'))).toMatchObject([{ agent: '(others)', amountPico: 500_000_000_000n }]);
    expect(entries.filter(of('ticket', 'o7'))).toMatchObject([{ entries: 2, amountPico: 250_000_000_000n }]);
    expect(closings).toHaveLength(closingKindsMax + 1);
    expect(closings.filter(of('(others)', '(others)'))).toMatchObject([{ items: 1, totalPico: 500_000_000_000n }]);
    expect(closings.filter(of('ticket', 'o7'))).toMatchObject([{ items: 2, totalPico: 250_000_000_000n }]);
  });

  test('carry parts of a unit into the whole when many traces are pruned', () => {
    const ledger = openTestLedger();
    for (let index = 0; index < 30; index += 1) {
      ledger.commit([fact({ span: `s${index}`, trace: `t${index}`, item: `ticket T-${index}`, cost: '0.999999999999' })]);
    }
    ledger.closeDue(later);
    ledger.closeDue(pruned);
    expect(readCostSums(ledger.file.database).entries).toMatchObject([{ entries: 30, amountPico: 29_999_999_999_970n }]);
  });
});

function openAgain(file: string): string {
  openTestLedger({ path: file }).file.close();
  return file;
}

function text(sum: CostSums['entries'][number]): string {
  return JSON.stringify({ ...sum, amountPico: String(sum.amountPico) });
}
