import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CostCell, type Entry, type ItemKey, noSums, sumsOfCell, sumsOfRecord, sumUp } from '@costspan/ledger';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { fact, noonNs, secondNs } from '../../../ledger/test/support/facts.ts';
import { packFacts } from '../../src/facts/pack-facts.ts';
import type { Grouping } from '../../src/store/cost-cells.ts';
import type { CellWindow } from '../../src/store/entry-scan.ts';
import { type LedgerReader, openLedgerReader } from '../../src/store/ledger-reader.ts';
import { openLedger } from '../../src/store/open-ledger.ts';
import { commitNs } from './support/engine.ts';

const costs = ['0.18', '~0.5', '?model-unknown', '0', '9999999999.999999999999', '~2000000', '0.000000000001'];
const categories = ['llm', 'tool', 'human'] as const;
const secondsOfWork = 6_000;

/** Traces of five spans, each of another item, price and time than the last, and one in seven of no item. */
async function writeLedger(): Promise<void> {
  const ledger = await openLedger({ file, currency: 'USD', clock: { nowNs: () => commitNs } });
  for (let trace = 0; trace < 60; trace += 1) {
    const spans = Array.from({ length: 5 }, (_, index) => {
      const number = trace * 5 + index;
      return fact({
        ...{ span: `s${index}`, trace: `t${trace}`, start: (number * 977) % secondsOfWork },
        ...(number % 7 !== 0 && { item: `${number % 2 ? 'ticket' : 'claim'} I-${number % 11}` }),
        ...(number % 13 === 1 && { outcome: number % 2 ? 'resolved' : 'rejected' }),
        ...{ cost: costs[number % costs.length] ?? '', category: categories[number % 3] ?? 'llm', waste: number % 5 === 0 },
        ...{ model: `m-${number % 4}`, role: number % 17 === 0 ? 'aggregate' : 'call' },
        ...(number % 3 === 0 && { agent: 'a', dimensions: { team: `team-${number % 2}` } }),
      });
    });
    await ledger.commit(packFacts(spans));
  }
  await ledger.close();
}

const folder = mkdtempSync(join(tmpdir(), 'costspan-ledger-'));
const file = join(folder, 'costspan.db');
beforeAll(writeLedger);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function open(): LedgerReader {
  const reader = openLedgerReader(file);
  onTestFinished(() => reader.close());
  return reader;
}

const at = (second: number): bigint => noonNs + BigInt(second) * secondNs;
const windows: readonly CellWindow[] = [
  { basis: 'usage' },
  { basis: 'usage', fromNs: at(1_000), toNs: at(1_300) },
  { basis: 'usage', fromNs: at(5_000) },
  { basis: 'usage', toNs: at(977) },
  { basis: 'usage', fromNs: at(secondsOfWork) },
  { basis: 'completed' },
  { basis: 'completed', fromNs: at(2_000), toNs: at(4_000) },
];

const isWithin = (atNs: bigint | undefined, { fromNs = 0n, toNs = 2n ** 63n }: CellWindow): boolean =>
  atNs !== undefined && atNs >= fromNs && atNs < toNs;
const nameOf = ({ tenant, type, id }: ItemKey): string => `${tenant} ${type} ${id}`;

function entriesOf(reader: LedgerReader, window: CellWindow): readonly Entry[] {
  const outcomes = new Map([...reader.records()].map(({ item, outcome }) => [nameOf(item), outcome?.atNs]));
  return [...reader.entries()].filter(
    ({ state, usageAtNs, item }) =>
      state === 'live' &&
      isWithin(window.basis === 'usage' ? usageAtNs : item === undefined ? undefined : outcomes.get(nameOf(item)), window),
  );
}

const cellOf = ({ category, status, waste, amountPico, lowPico, highPico }: Entry): CostCell => ({
  ...{ category, status, waste, entries: 1, amountPico, lowPico, highPico },
});

describe.each(windows)('in %o', (window) => {
  test('items are those that were used or ended in it, each with the sum of its entries', () => {
    const reader = open();
    const isWhole = window.fromNs === undefined && window.toNs === undefined;
    const entries = Map.groupBy(entriesOf(reader, window), ({ item }) => (item === undefined ? '' : nameOf(item)));
    const expected = [...reader.records()].flatMap((record) => {
      const { item, outcome } = record;
      const used = entries.get(nameOf(item));
      const ended = isWithin(outcome?.atNs, window);
      if (window.basis === 'completed' || isWhole) {
        const isListed = isWhole && window.basis === 'usage' ? true : ended;
        return isListed ? [[nameOf(item), true, sumsOfRecord(record)]] : [];
      }
      return used === undefined && !ended
        ? []
        : [[nameOf(item), ended, sumUp([noSums, ...(used ?? []).map(cellOf).map(sumsOfCell)])]];
    });
    const found = reader
      .itemsInWindow(window)
      .map(({ record, sums, endedInWindow }) => [nameOf(record.item), endedInWindow, sums]);
    expect(found.sort()).toEqual(expected.sort());
  });

  test.each<[Grouping, (entry: Entry, reader: LedgerReader) => string | undefined]>([
    [{ by: 'type' }, ({ item }) => item?.type],
    [{ by: 'agent' }, ({ agent }) => agent],
    [{ by: 'model' }, ({ provider, model }) => `${provider}/${model}`],
    [{ by: 'attributed' }, ({ item }) => (item === undefined ? '0' : '1')],
    [{ by: 'quarter_hour' }, ({ usageAtNs }) => String((usageAtNs / (900n * secondNs)) * 900n)],
    [{ by: 'dimension', key: 'team' }, ({ dimensions }) => dimensions['team']],
  ])('cells by %o are the sums of their entries', (grouping, valueFor) => {
    const reader = open();
    const text = ({ value, category, status, waste }: CostCell): string => `${value} ${category} ${status} ${waste}`;
    const expected = new Map<string, CostCell>();
    for (const entry of entriesOf(reader, window)) {
      const value = valueFor(entry, reader);
      const cell = { ...(value !== undefined && { value }), ...cellOf(entry) };
      const sum = expected.get(text(cell)) ?? { ...cell, entries: 0, amountPico: 0n, lowPico: 0n, highPico: 0n };
      expected.set(text(cell), {
        ...cell,
        entries: sum.entries + 1,
        amountPico: sum.amountPico + cell.amountPico,
        lowPico: sum.lowPico + cell.lowPico,
        highPico: sum.highPico + cell.highPico,
      });
    }
    const found = reader.cells(grouping, window);
    expect(new Map(found.map((cell) => [text(cell), cell]))).toEqual(expected);
    expect(found.length).toBe(expected.size);
  });
});

test('items have their dimensions and everything else as their records do', () => {
  const reader = open();
  const found = reader
    .itemsInWindow({ basis: 'usage' })
    .map(({ record }) => ({ ...record, dimensions: reader.dimensionsOf(record.item) }));
  const expected = [...reader.records()].map(
    ({ item, parentId, outcome, state, dimensions, firstSpanNs, lastSpanNs, revision }) => ({
      ...{ item, state, dimensions, firstSpanNs, lastSpanNs, revision },
      ...(parentId !== undefined && { parentId }),
      ...(outcome !== undefined && { outcome }),
    }),
  );
  const byName = (one: { item: ItemKey }, other: { item: ItemKey }): number => (nameOf(one.item) < nameOf(other.item) ? -1 : 1);
  expect(found.sort(byName)).toEqual(expected.sort(byName));
  expect(found.some(({ dimensions }) => Object.keys(dimensions).length > 0)).toBe(true);
  expect(reader.dimensionsOf({ tenant: 'default', type: 'ticket', id: 'nobody' })).toEqual({});
});

test('sums of a window are not those of the window before', () => {
  const reader = open();
  const total = (window: CellWindow): bigint =>
    reader.cells({ by: 'category' }, window).reduce((sum, { amountPico }) => sum + amountPico, 0n);
  const all = total({ basis: 'usage' });
  expect([all > 0n, total({ basis: 'usage', toNs: at(0) }), total({ basis: 'usage' })]).toEqual([true, 0n, all]);
});
