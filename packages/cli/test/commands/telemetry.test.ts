import { readFile, writeFile } from 'node:fs/promises';
import { processFiles, readConfig } from '@costspan/collector-processor';
import { createTemporaryFolder, type TemporaryFolder } from '@costspan/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { registerItemCommand } from '../../src/commands/item.ts';
import { registerLedgerCommand } from '../../src/commands/ledger.ts';
import { registerReportCommand } from '../../src/commands/report.ts';
import { runCommand } from '../support/run-command.ts';

// The page about it is what a reader copies: its files are used, and what it quotes is what the commands print.
const page = await readFile(new URL('../../../../docs/observability-cost.md', import.meta.url), 'utf8');
const fences = [...page.matchAll(/^```(?:yaml|text)\n([\s\S]*?)^```/gm)].map(([, text = '']) => text);
const [config = '', book = '', quoted = ''] = fences;

let folder: TemporaryFolder;
beforeEach(async () => {
  folder = await createTemporaryFolder();
  await writeFile(folder.join('costspan.yaml'), config);
  await writeFile(folder.join('vendors.yaml'), book);
  await writeFile(folder.join('spans.json'), request);
});
afterEach(() => folder.remove());

const startNs = 1_790_000_000_000_000_000n;
const secondNs = 1_000_000_000n;
const item = {
  'costspan.work_item.id': 'T-42',
  'costspan.work_item.type': 'ticket',
  'costspan.dimension.team': 'support',
};
const call = {
  'gen_ai.operation.name': 'chat',
  'gen_ai.provider.name': 'openai',
  'gen_ai.request.model': 'gpt-5',
  'gen_ai.response.model': 'gpt-5',
  'gen_ai.response.id': 'r1',
  'gen_ai.usage.input_tokens': 1_000,
  'gen_ai.usage.output_tokens': 200,
};

type Attributes = Readonly<Record<string, string | number>>;

const span = (ids: string, name: string, [start, end]: readonly [bigint, bigint], attributes: Attributes): object => {
  const [trace = '', id = '', parent] = ids.split(' ');
  return {
    traceId: trace.repeat(16),
    spanId: id.repeat(8),
    ...(parent === undefined ? {} : { parentSpanId: parent.repeat(8) }),
    ...{ name, kind: 1 },
    startTimeUnixNano: String(startNs + start * secondNs),
    endTimeUnixNano: String(startNs + end * secondNs),
    attributes: Object.entries(attributes).map(([key, value]) => ({
      key,
      value: typeof value === 'number' ? { intValue: value } : { stringValue: value },
    })),
  };
};

const spans = [
  span('11 a1', 'agent', [0n, 9n], item),
  span('11 a2 a1', 'chat gpt-5', [1n, 3n], { ...item, ...call }),
  span('11 a3 a1', 'GET /tickets', [3n, 4n], { 'http.route': '/tickets' }),
  span('11 a4 a3', 'SELECT', [3n, 4n], { 'db.statement': 'select '.repeat(40) }),
  span('22 b1', 'GET /health', [0n, 1n], {}),
];
const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'agent' } }] };
const request = JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ scope: { name: 'x' }, spans }] }] });

/** Columns are as wide as the widest cell, whatever is in the other rows. */
const narrow = (text: string): string => text.replaceAll(/ {2,}/g, '  ');

test('an item tells what its spans cost as telemetry, as the page about it says, and the report adds it up', async () => {
  const [ledger, bookFile] = [folder.join('l.db'), folder.join('vendors.yaml')];
  const files = [folder.join('spans.json'), folder.join('spans.json')];
  const { config: loaded } = await readConfig(folder.join('costspan.yaml'), {});
  await processFiles({ config: { ...loaded, pricing: { ...loaded.pricing, books: [bookFile] } }, files, ledgerFile: ledger });
  const told = await runCommand(registerItemCommand, 'item', 'T-42', '--ledger', ledger, '--verify', '--book', bookFile);
  expect(narrow(told)).toContain(narrow(quoted));
  expect(told).toContain('verified: the record is the sum of its 2 live entries');
  const report = (await runCommand(registerReportCommand, 'report', '--json', '--ledger', ledger)).trim().split('\n');
  const row = report.map((line) => JSON.parse(line)).find(({ id }) => id === 'T-42');
  expect(row).toMatchObject({ by_category: { llm: '0.00325', observability: '0.0000069039' }, total: '0.0032569039' });
  const text = await runCommand(registerReportCommand, 'report', '--ledger', ledger);
  expect(text).toMatch(/no-item +1 +<0\.0001 +observability acme-observability\/traces \(1\)/);
  expect(await runCommand(registerLedgerCommand, 'ledger', 'verify', '--ledger', ledger)).toContain('the file is sound');
});
