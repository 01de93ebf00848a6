import { readFileSync } from 'node:fs';
import { bookDigest, DEFAULT_BOOKS, defaultBooks, defaultCompiledBook, readBookFiles } from '@costspan/pricebook';
import { compileBook, type PriceRow, parsePriceBook, price } from '@costspan/pricing';
import { UNITS } from '@costspan/semconv';
import { expect, test } from 'vitest';

const at = (path: string): string => new URL(`../../${path}`, import.meta.url).pathname;
const books = defaultBooks();
const rows = books.flatMap(({ prices }) => prices);

/**
 * The published books, frozen. A receipt names the digest of the books it was made with, so a digest must mean the same
 * prices for ever. Change these values only together with prices, on purpose: then the version must be a new one too.
 */
test('the default books are the published ones', () => {
  expect(DEFAULT_BOOKS).toEqual({
    version: 'costspan 2026-11-22',
    sha256: '490a4ea02b34df1fdd25d8d0b07986857ab4b69a30d828ce4c3cc406fe5e8484',
  });
});

test('the digest is that of the books', () => {
  expect(bookDigest(books)).toBe(DEFAULT_BOOKS.sha256);
});

/** Shipped rows are not checked against each other when a process starts: they are here. */
test('the books compile with every row made, and price every name as the books of a process do', () => {
  const all = compileBook(books, DEFAULT_BOOKS);
  if (all.kind === 'invalid') throw new Error(all.issues.map(({ message }) => message).join('\n'));
  const usage = Object.fromEntries(UNITS.map((unit, index) => [unit, 1_000 + index]));
  const names = new Map(rows.map(({ provider, match }) => [`${provider}/${JSON.stringify(match)}`, { provider, match }]));
  for (const { provider, match } of names.values()) {
    const [text = ''] = Object.values(match);
    const request = { atMs: Date.parse('2026-11-22'), provider, model: text.replaceAll('*', '').replaceAll('#', '0'), usage };
    expect(price(request, defaultCompiledBook())).toEqual(price(request, all.book));
  }
  expect([names.size > 2_700, all.book.rowCount]).toEqual([true, defaultCompiledBook().rowCount]);
});

test('every shipped book is valid and its layer is the catalog', () => {
  for (const book of books) {
    expect(parsePriceBook(book)).toMatchObject({ kind: 'ok' });
    expect(book).toMatchObject({ layer: 'catalog', currency: 'USD' });
  }
});

test('the book files load without a problem', async () => {
  const files = ['corrections', 'services', 'example-roles'].map((name) => at(`books/${name}.yaml`));
  const loaded = await readBookFiles([...files, at('catalog/genai-prices.json')]);
  expect(loaded.kind === 'invalid' ? loaded.issues : []).toEqual([]);
});

test('every row and factor names a page and a day', () => {
  const unsourced = [...rows, ...books.flatMap(({ modifiers = [] }) => modifiers)].filter(
    ({ source }) => source === undefined || !source.url.startsWith('https://') || !/^\d{4}-\d\d-\d\d$/.test(source.retrieved_at),
  );
  expect(unsourced).toEqual([]);
});

test('no row was read after the version of the books', () => {
  expect(rows.filter(({ source }) => source !== undefined && source.retrieved_at > '2026-11-22')).toEqual([]);
});

test('identifiers are unique over all default books', () => {
  expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
});

test('no default book has rates of people', () => {
  expect(books.flatMap(({ roles = [] }) => roles)).toEqual([]);
  expect(rows.filter(({ provider, unit }) => provider === 'human' || unit === 'human_ms')).toEqual([]);
});

test('the services file is in the default books as it is', async () => {
  const loaded = await readBookFiles([at('books/services.yaml')]);
  expect(loaded).toEqual({ kind: 'ok', books: [books.find(({ book }) => book === 'costspan-services')] });
});

test('every correction is in force in the catalog', async () => {
  const loaded = await readBookFiles([at('books/corrections.yaml')]);
  if (loaded.kind === 'invalid') throw new Error('expected a book');
  const byId = new Map(rows.map((row) => [row.id, row]));
  for (const row of loaded.books[0]?.prices ?? []) expect(byId.get(row.id)).toEqual(row);
});

test('the licence notice of the imported data is shipped', () => {
  const notice = readFileSync(at('LICENSES.md'), 'utf8').replaceAll(/\s*\n[>\s]*/g, ' ');
  const licence = readFileSync(new URL('LICENSE', import.meta.resolve('@pydantic/genai-prices').replace('dist/', '')), 'utf8');
  expect(notice).toContain(licence.trim().replaceAll(/\s*\n\s*/g, ' '));
});

type Case = readonly [
  provider: string,
  model: string,
  usage: Record<string, number | string>,
  status: string,
  amount: string,
  more?: { serviceTier?: string; region?: string; at?: string },
];

// Amounts worked out by hand from the pages the rows name.
const cases: readonly Case[] = [
  [
    'openai',
    'gpt-5',
    { input_text_tokens: 1_000, input_cache_read_text_tokens: 500, output_text_tokens: 100, output_reasoning_tokens: 50 },
    'priced',
    '0.0028125',
  ],
  ['openai', 'gpt-5', { input_text_tokens: 1_000, output_text_tokens: 100 }, 'priced', '0.001125', { serviceTier: 'flex' }],
  ['openai', 'gpt-5', { input_text_tokens: 1_000, output_text_tokens: 100 }, 'priced', '0.0045', { serviceTier: 'priority' }],
  ['openai', 'gpt-5', { web_searches: 2, file_searches: 1, code_sessions: 1 }, 'priced', '0.0525'],
  ['openai', 'gpt-5.4', { input_text_tokens: 272_000 }, 'priced', '0.68'],
  ['openai', 'gpt-5.4', { input_text_tokens: 272_001 }, 'priced', '1.360005'],
  ['openai', 'gpt-5.4', { input_text_tokens: 272_001 }, 'unpriced', '0', { serviceTier: 'priority' }],
  ['openai', 'gpt-5.4', { input_text_tokens: 1_000_000 }, 'priced', '5.5', { region: 'eu' }],
  ['openai', 'gpt-5.6-sol', { input_cache_write_other_tokens: 100_000 }, 'priced', '0.625', { at: '2026-08-20T23:59:59Z' }],
  ['openai', 'gpt-5.6-sol', { input_cache_write_other_tokens: 100_000 }, 'priced', '0.5', { at: '2026-08-21' }],
  ['openai', 'gpt-4o-2099-01-01', { input_text_tokens: 1_000_000 }, 'estimated', '2.5'],
  ['openai', 'gpt-99', { input_text_tokens: 1 }, 'unpriced', '0'],
  ['openai', 'text-embedding-3-small', { input_text_tokens: 1_000_000 }, 'priced', '0.02'],
  [
    'anthropic',
    'claude-sonnet-4-5-20250929',
    {
      input_text_tokens: 100,
      input_cache_write_5m_tokens: 100,
      input_cache_write_1h_tokens: 100,
      input_cache_read_text_tokens: 100,
      output_text_tokens: 100,
    },
    'priced',
    '0.002805',
  ],
  ['anthropic', 'claude-opus-4-6', { input_text_tokens: 1_000_000 }, 'priced', '5.5', { region: 'us' }],
  ['anthropic', 'claude-haiku-4-5', { output_text_tokens: 1_000_000 }, 'priced', '2.5', { serviceTier: 'batch' }],
  ['anthropic', 'claude-haiku-5-5', { input_text_tokens: 100_000 }, 'priced', '0.01'],
  ['anthropic', 'claude-haiku-5-5', { input_text_tokens: 50_001, input_cache_read_text_tokens: 50_000 }, 'priced', '0.0275005'],
  ['anthropic', 'claude-sonnet-5-5', { input_cache_read_text_tokens: 1_000_000 }, 'priced', '0.1'],
  [
    'gcp.vertex_ai',
    'gemini-2.5-pro',
    { input_text_tokens: 200_000, input_image_tokens: 1, output_text_tokens: 1_000 },
    'priced',
    '0.5150025',
  ],
  [
    'gcp.gemini',
    'gemini-2.5-flash',
    { input_text_tokens: 1_000_000, input_image_tokens: 1_000_000, input_audio_tokens: 1_000_000 },
    'priced',
    '1.6',
  ],
  ['aws.bedrock', 'eu.anthropic.claude-sonnet-4-5-20250929-v1:0', { input_text_tokens: 1_000_000 }, 'priced', '3.3'],
  ['aws.bedrock', 'global.anthropic.claude-sonnet-4-5-20250929-v1:0', { input_text_tokens: 1_000_000 }, 'priced', '3'],
  ['azure.ai.openai', 'gpt-4o-2024-08-06', { input_text_tokens: 1_000_000 }, 'estimated', '2.5'],
  ['azure.ai.openai', 'gpt-4o-2024-08-06', { web_searches: 1 }, 'unpriced', '0'],
  ['deepseek', 'deepseek-v4-pro', { input_text_tokens: 1_000_000 }, 'priced', '0.435', { at: '2026-08-16T02:00:00Z' }],
  ['deepseek', 'deepseek-v4-pro', { input_text_tokens: 1_000_000 }, 'priced', '0.66', { at: '2026-08-17T00:59:00Z' }],
  ['deepseek', 'deepseek-v4-pro', { input_text_tokens: 1_000_000 }, 'estimated', '1.32', { at: '2026-08-17T01:00:00Z' }],
  ['deepseek', 'deepseek-chat', { input_text_tokens: 1_000_000 }, 'priced', '0.27', { at: '2025-09-05T15:59:00Z' }],
  ['deepseek', 'deepseek-chat', { input_text_tokens: 1_000_000 }, 'priced', '0.56', { at: '2025-09-05T16:00:00Z' }],
  ['openai', 'whisper-1', { audio_seconds: 600 }, 'priced', '0.06'],
  ['perplexity', 'sonar-pro', { requests: 1, input_text_tokens: 1_000 }, 'priced', '0.017'],
  ['mistral', 'mistral-ocr-latest', { document_pages: 1_000 }, 'priced', '2', { at: '2026-06-22' }],
  ['pinecone', 'kb', { vector_read_units: 5, vector_write_units: 3 }, 'priced', '0.000092'],
  ['stripe', 'charge', { tool_calls: 1, card_volume: '49.90' }, 'priced', '1.7471'],
  ['twilio', 'sms-us', { tool_calls: 3 }, 'priced', '0.0249'],
  ['tavily', 'search-advanced', { tool_calls: 1 }, 'priced', '0.016'],
  ['aws-ec2', 'p4d.24xlarge', { gpu_seconds: 4_800 }, 'priced', '3.659607'],
];

for (const [provider, model, usage, status, amount, more] of cases) {
  const { at: instant = '2026-10-01', ...tier } = more ?? {};
  test(`${provider} ${model} ${JSON.stringify({ ...usage, ...more })} is ${status} ${amount}`, () => {
    const receipt = price({ atMs: Date.parse(instant), provider, model, usage, ...tier }, defaultCompiledBook());
    expect([receipt.status, receipt.amount]).toEqual([status, amount]);
  });
}

test('rows that stand in for another biller are estimates and never fees for tools', () => {
  const azure = rows.filter(({ provider, source }) => provider === 'azure' && source?.url.includes('openai.com'));
  expect(azure.length).toBeGreaterThan(500);
  expect(azure.filter((row: PriceRow) => row.status !== 'estimate' || row.unit.endsWith('searches'))).toEqual([]);
});
