import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { createTemporaryFolder, type TemporaryFolder } from '@costspan/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ProviderLine } from '../providers/start-providers.ts';
import { expectedCosts, type ItemCost, withSearches } from './expected-costs.ts';
import { type CostRecord, jsonLines, latestRecords } from './latest-records.ts';
import { runDemo } from './run-demo.ts';

let folders: readonly TemporaryFolder[] = [];
let runs: readonly { readonly status: number | null; readonly output: string }[] = [];

// Two at once: neither may get in the other's way, and both must come to the same amounts.
beforeAll(async () => {
  folders = [await createTemporaryFolder('costspan-demo-'), await createTemporaryFolder('costspan-demo-')];
  runs = await Promise.all(folders.map(({ path }) => runDemo(path).ended));
}, 120_000);
afterAll(async () => {
  await Promise.all(folders.map((folder) => folder.remove()));
});

test('ends well and says where everything is', () => {
  for (const [index, { status, output }] of runs.entries()) {
    expect(status, output).toBe(0);
    for (const shown of ['per resolved ticket', 'per processed claim', 'model-unknown', 'Try next'])
      expect(output).toContain(shown);
    for (const file of ['costspan.db', 'traces.jsonl', 'records.jsonl', 'providers.jsonl']) {
      expect(output).toContain(folders[index]?.join(file));
    }
  }
});

test('every ticket and claim costs what the providers’ logs and the price books say, to the last pico', () => {
  for (const folder of folders) {
    const lines = jsonLines<ProviderLine>(folder.join('providers.jsonl'));
    const expected = new Map([...withSearches(expectedCosts(lines), lines)].filter(([item]) => item !== ''));
    const records = latestRecords(folder.join('records.jsonl'));
    expect(expected.size).toBe(20);
    expect([...records.keys()].sort()).toEqual([...expected.keys()].sort());
    for (const [item, cost] of expected) {
      expect({ item, ...costOfRecord(records.get(item)) }).toEqual({ item, ...costOfExpectation(cost) });
    }
  }
});

test('amounts are the same on every run', () => {
  const [first, second] = folders.map((folder) => {
    const records = [...latestRecords(folder.join('records.jsonl'))];
    return Object.fromEntries(records.map(([item, record]) => [item, costOfRecord(record)]));
  });
  expect(first).toEqual(second);
});

test.each([
  ['T-105', 'usage_missing', 'usage-missing=1'],
  ['T-108', 'unpriced', 'model-unknown=1'],
  ['T-112', 'unpriced', 'provider-unknown=1'],
])('%s has a span that is %s, counted as %s', (item, status, reasons) => {
  const record = latestRecords(folders[0]?.join('records.jsonl') ?? '').get(item);
  expect(record).toMatchObject({
    'costspan.record.complete': 'false',
    'costspan.unpriced.reasons': reasons,
    [`costspan.total.spans.${status}`]: '1',
  });
});

test('every other item is complete', () => {
  const records = latestRecords(folders[0]?.join('records.jsonl') ?? '');
  const incomplete = [...records].filter(([, record]) => record['costspan.record.complete'] === 'false');
  expect(incomplete.map(([item]) => item).sort()).toEqual(['T-105', 'T-108', 'T-112']);
});

test('a review without a time is an estimate', () => {
  const records = latestRecords(folders[0]?.join('records.jsonl') ?? '');
  const estimated = [...records].filter(([, record]) => record['costspan.total.spans.estimated'] !== undefined);
  expect(estimated.map(([item]) => item)).toEqual(['C-207']);
});

test('`costspan report` shows the same money: items, types, what belongs to nobody', async () => {
  const lines = jsonLines<ProviderLine>(folders[0]?.join('providers.jsonl') ?? '');
  const expected = withSearches(expectedCosts(lines), lines);
  const totalOf = (wanted: (item: string) => boolean): bigint =>
    [...expected].filter(([item]) => wanted(item)).reduce((sum, [, cost]) => sum + totalOfCost(cost), 0n);
  const report = await reportOf(folders[0]?.join('costspan.db') ?? '');
  expect(report.find(({ kind }) => kind === 'total')).toMatchObject({ total: decimal(totalOf((item) => item !== '')) });
  expect(report.filter(({ kind }) => kind === 'unattributed').map(({ amount }) => amount)).toEqual([
    decimal(totalOf((item) => item === '')),
  ]);
  const tickets = totalOf((item) => item.startsWith('T'));
  expect(report.find(({ type, kind }) => kind === 'type' && type === 'ticket')).toMatchObject({
    attempted: 12,
    completed: 10,
    total: decimal(tickets),
    // Ten tickets were resolved, and a tenth of a pico is not at stake.
    per_completed: decimal(tickets / 10n),
  });
  expect(report.find(({ type, kind }) => kind === 'type' && type === 'claim')).toMatchObject({ attempted: 8, completed: 7 });
});

test('Ctrl-C in the middle leaves nothing running', async () => {
  await using folder = await createTemporaryFolder('costspan-demo-');
  const demo = runDemo(folder.path);
  await demo.wrote(' 5 of 20 items done');
  expect(demo.isAlive()).toBe(true);
  demo.interrupt();
  const { status, output } = await demo.ended;
  expect(status, output).toBe(130);
  expect(output).toContain('Interrupted. Nothing is left running.');
  expect(demo.isAlive()).toBe(false);
});

/** Total, waste and categories as decimal text, as a record has them. */
function costOfRecord(record: CostRecord = {}): Readonly<Record<string, string>> {
  const categories = Object.entries(record).filter(([key]) => key.startsWith('costspan.total.category.'));
  return {
    total: record['costspan.total.exact'] ?? '',
    waste: record['costspan.total.waste'] ?? '',
    ...Object.fromEntries(categories.map(([key, amount]) => [key.slice('costspan.total.category.'.length), amount])),
  };
}

function totalOfCost({ waste: _, ...categories }: ItemCost): bigint {
  return Object.values(categories).reduce((sum, amount) => sum + amount, 0n);
}

/** Lines of `costspan report --json`. */
async function reportOf(ledger: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    'packages/cli/bin/costspan.mjs',
    ...['report', '--json', '--ledger', ledger],
  ]);
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

/** The same of an expectation. A category that something fed is there, even when nothing in it could be priced. */
function costOfExpectation(cost: ItemCost): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries({ total: totalOfCost(cost), waste: 0n, ...cost }).map(([name, amount]) => [name, decimal(amount)]),
  );
}

function decimal(pico: bigint): string {
  const digits = String(pico).padStart(13, '0');
  return `${digits.slice(0, -12)}.${digits.slice(-12)}`.replace(/\.?0+$/, '');
}
