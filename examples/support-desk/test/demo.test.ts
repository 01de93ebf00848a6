import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createTemporaryFolder, type TemporaryFolder } from '@costspan/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ProviderLine } from '../providers/start-providers.ts';
import { expectedCosts, type ItemCost, withSearches } from './expected-costs.ts';

let folder: TemporaryFolder;
let output = '';
let status: number | null = null;

beforeAll(async () => {
  folder = await createTemporaryFolder('costspan-demo-');
  ({ output, status } = await run());
}, 60_000);
afterAll(() => folder.remove());

test('ends well and says where everything is', () => {
  expect(status, output).toBe(0);
  for (const file of ['costspan.db', 'traces.jsonl', 'records.jsonl', 'providers.jsonl'])
    expect(output).toContain(folder.join(file));
});

test('every ticket and claim costs what the providers’ logs and the price books say, to the last pico', () => {
  const lines = jsonLines(folder.join('providers.jsonl')) as readonly ProviderLine[];
  const expected = new Map([...withSearches(expectedCosts(lines), lines)].filter(([item]) => item !== ''));
  const records = latestRecords();
  expect([...records.keys()].sort()).toEqual([...expected.keys()].sort());
  for (const [item, cost] of expected)
    expect({ item, ...costOfRecord(records.get(item) ?? {}) }).toEqual({ item, ...costOfExpectation(cost) });
});

/** Total, waste and categories as decimal text, as a record has them. */
function costOfRecord(record: Attributes): Readonly<Record<string, string>> {
  const categories = Object.entries(record).filter(([key]) => key.startsWith('costspan.total.category.'));
  return {
    total: record['costspan.total.exact'] ?? '',
    waste: record['costspan.total.waste'] ?? '',
    ...Object.fromEntries(categories.map(([key, amount]) => [key.slice('costspan.total.category.'.length), amount])),
  };
}

/** The same of an expectation. A category that something fed is there, even when nothing in it could be priced. */
function costOfExpectation({ waste = 0n, ...categories }: ItemCost): Readonly<Record<string, string>> {
  const total = Object.values(categories).reduce((sum, amount) => sum + amount, 0n);
  return Object.fromEntries(Object.entries({ total, waste, ...categories }).map(([name, amount]) => [name, decimal(amount)]));
}

function decimal(pico: bigint): string {
  const digits = String(pico).padStart(13, '0');
  return `${digits.slice(0, -12)}.${digits.slice(-12)}`.replace(/\.?0+$/, '');
}

type Attributes = Readonly<Record<string, string>>;

async function run(): Promise<{ readonly output: string; readonly status: number | null }> {
  const child = spawn(process.execPath, ['examples/support-desk/main.ts'], {
    env: { ...process.env, COSTSPAN_DEMO_FOLDER: folder.path, NODE_OPTIONS: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  return await new Promise((resolve) => child.once('close', (code) => resolve({ output: text, status: code })));
}

/** The record of each item at its highest revision. */
function latestRecords(): ReadonlyMap<string, Attributes> {
  const latest = new Map<string, Attributes>();
  for (const request of jsonLines(folder.join('records.jsonl')) as readonly LogsRequest[]) {
    for (const { logRecords } of request.resourceLogs.flatMap(({ scopeLogs }) => scopeLogs)) {
      for (const { attributes } of logRecords) {
        const record = Object.fromEntries(attributes.map(({ key, value }) => [key, String(Object.values(value)[0])]));
        const id = record['costspan.work_item.id'] ?? '';
        const before = latest.get(id)?.['costspan.record.revision'] ?? '0';
        if (BigInt(record['costspan.record.revision'] ?? '') > BigInt(before)) latest.set(id, record);
      }
    }
  }
  return latest;
}

type LogsRequest = {
  readonly resourceLogs: readonly {
    readonly scopeLogs: readonly {
      readonly logRecords: readonly {
        readonly attributes: readonly { readonly key: string; readonly value: Readonly<Record<string, unknown>> }[];
      }[];
    }[];
  }[];
};

function jsonLines(file: string): readonly unknown[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}
