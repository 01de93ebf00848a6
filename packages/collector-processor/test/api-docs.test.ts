import { readFile, writeFile } from 'node:fs/promises';
import { createTemporaryFolder } from '@costspan/testkit';
import { expect, test } from 'vitest';
import { parseConfig } from '../src/config/load.ts';
import { serve } from '../src/serve.ts';

const book = `
book: docs
version: "2026-01-01"
currency: USD
prices:
  - {id: stripe/refund, provider: stripe, match: {exact: refund}, unit: tool_calls, amount: "0.25", per: "1", status: contract}
roles: [{role: reviewer, hourly: "60"}]
`;

/** What differs from service to service. */
const changing = ['trace_id', 'span_id', 'emitter', 'revision', 'book_versions'];

const comparable = (json: string): unknown => JSON.parse(json, (key, value) => (changing.includes(key) ? `some ${key}` : value));

test('the requests of docs/reference/http-api.md are answered as it says', async () => {
  const page = await readFile(new URL('../../../docs/reference/http-api.md', import.meta.url), 'utf8');
  const examples = [...page.matchAll(/```http\n(\w+) (\S+)\n([\s\S]*?)```\s+```json\n([\s\S]*?)```/g)];
  expect(examples.length).toBe(2);
  const folder = await createTemporaryFolder();
  await writeFile(folder.join('book.yaml'), book);
  const overrides = { endpoint: '127.0.0.1:0', ledgerFile: folder.join('ledger.db') };
  const parsed = parseConfig(`pricing: {books: ["${folder.join('book.yaml')}"], catalog: false}`, {}, overrides);
  if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.issues));
  const service = await serve({ config: parsed.config });
  for (const [, method = '', path = '', rest = '', expected = ''] of examples) {
    const body = rest.split('\n\n')[1]?.trim();
    const answer = await fetch(service.url + path, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body === undefined || body === '' ? {} : { body }),
    });
    expect(comparable(await answer.text())).toEqual(comparable(expected));
  }
  await service.close();
  await folder.remove();
});
