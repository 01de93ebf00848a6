import { writeFile } from 'node:fs/promises';
import { createTemporaryFolder, type TemporaryFolder } from '@costspan/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parseConfig } from '../src/config/load.ts';
import { serve } from '../src/serve.ts';
import { openLedgerReader } from '../src/store/ledger-reader.ts';

let folder: TemporaryFolder;
beforeEach(async () => {
  folder = await createTemporaryFolder();
});
afterEach(() => folder.remove());

// Currencies without minor units, with three and four of them, and amounts of their usual size.
test.each<[string, string, string]>([
  ['VND', '25400000000.000000000001', '76200000000.000000000003'],
  ['JPY', '1500000000', '4500000000'],
  ['KWD', '3000000.123', '9000000.369'],
  ['CLF', '0.000000000001', '0.000000000003'],
  ['USD', '10000000', '30000000'],
])('%s goes from a request through the ledger into the answer, exact', async (currency, amount, total) => {
  const book = `book: own\nversion: "1"\ncurrency: ${currency}\nprices:\n  - {id: a/b, provider: a, match: {exact: b}, unit: tool_calls, amount: "${amount}", per: "1", status: list}\n`;
  await writeFile(folder.join('book.yaml'), book);
  const file = folder.join('ledger.db');
  const parsed = parseConfig(
    `pricing: {books: ["${folder.join('book.yaml')}"], catalog: false, currency: ${currency}}`,
    {},
    { endpoint: '127.0.0.1:0', ledgerFile: file },
  );
  if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.issues));
  const service = await serve({ config: parsed.config });
  const entry = { item: { type: 'claim', id: 'C-1' }, at: '2026-06-01' };
  const answer = await fetch(`${service.url}/v1/entries`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      entries: [
        { ...entry, idempotency_key: '1', sku: 'a/b', usage: { tool_calls: 2 } },
        { ...entry, idempotency_key: '2', category: 'tool', cost: { amount, currency } },
      ],
    }),
  });
  expect(answer.status).toBe(200);
  const record: { total: string; currency: string } = JSON.parse(
    await (await fetch(`${service.url}/v1/work-items/default/claim/C-1`)).text(),
  );
  expect([record.total, record.currency]).toEqual([total, currency]);
  await service.close();
  const reader = openLedgerReader(file);
  expect(reader.verify().problems).toEqual([]);
  reader.close();
});

test('a cost beyond all sums is unpriced and named; it does not hold up the request it came in', async () => {
  const file = folder.join('ledger.db');
  const parsed = parseConfig('', {}, { endpoint: '127.0.0.1:0', ledgerFile: file });
  if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.issues));
  const service = await serve({ config: parsed.config });
  const stated = (key: string, amount: string): object => ({
    ...{ item: { type: 'claim', id: 'C-1' }, at: '2026-06-01', category: 'tool' },
    ...{ idempotency_key: key, cost: { amount, currency: 'USD' } },
  });
  const answer = await fetch(`${service.url}/v1/entries`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ entries: [stated('1', '9'.repeat(60)), stated('2', '0.25')] }),
  });
  expect(answer.status).toBe(200);
  const record: unknown = JSON.parse(await (await fetch(`${service.url}/v1/work-items/default/claim/C-1`)).text());
  expect(record).toMatchObject({ total: '0.25', complete: false, unpriced_reasons: { 'amount-too-large': 1 } });
  await service.close();
});
