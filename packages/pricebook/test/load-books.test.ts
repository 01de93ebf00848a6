import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEFAULT_BOOKS, defaultCompiledBook, formatBookIssue, loadBooks } from '@costspan/pricebook';
import { price } from '@costspan/pricing';
import { afterEach, beforeEach, expect, test } from 'vitest';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'books-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const write = (name: string, text: string): string => {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
};

const contract = (amount: string, more = ''): string => `
book: contract
version: "2026"
layer: contract
currency: USD
prices:
  - id: deal
    provider: openai
    match: { exact: gpt-5 }
    unit: input_text_tokens
    amount: "${amount}"
    per: "1000000"
    status: contract
${more}`;

test('without files these are the default books, compiled once', async () => {
  expect(await loadBooks({ files: [] })).toEqual({ kind: 'ok', book: defaultCompiledBook(), warnings: [] });
});

test('a contract wins over the catalog for its unit alone', async () => {
  const loaded = await loadBooks({ files: [write('deal.yaml', contract('1.00'))] });
  if (loaded.kind === 'invalid') throw new Error(formatBookIssue(loaded.issues[0]!));
  const usage = { input_text_tokens: 1_000_000, output_text_tokens: 1_000_000 };
  const receipt = price({ atMs: Date.UTC(2026, 9, 1), provider: 'openai', model: 'gpt-5', usage }, loaded.book);
  expect(receipt.lines.map(({ priceId, cost, layer }) => [priceId, cost, layer])).toEqual([
    ['deal', '1', 'contract'],
    ['openai/gpt-5/output_text_tokens', '10', 'catalog'],
  ]);
  expect(receipt.book.version).toBe(`${DEFAULT_BOOKS.version} + contract 2026`);
  expect(receipt.book.sha256).not.toBe(DEFAULT_BOOKS.sha256);
});

test('the order of files changes neither prices nor digest', async () => {
  const files = [
    write('a.yaml', contract('1.00')),
    write('b.yaml', contract('3').replaceAll('contract', 'organisation').replace('status: organisation', 'status: contract')),
  ];
  const [one, two] = await Promise.all([loadBooks({ files }), loadBooks({ files: files.toReversed() })]);
  if (one.kind === 'invalid' || two.kind === 'invalid') throw new Error('expected books');
  expect([one.book.sha256, one.book.version]).toEqual([two.book.sha256, two.book.version]);
});

test('lists the problems of every file, and a file that cannot be read', async () => {
  const files = [write('a.yaml', contract('1,5')), write('b.yaml', 'book: ['), join(folder, 'none.yaml')];
  const loaded = await loadBooks({ files, withCatalog: false });
  if (loaded.kind === 'ok') throw new Error('expected problems');
  expect(loaded.issues.map((issue) => formatBookIssue(issue).replace(`${folder}/`, ''))).toEqual([
    'a.yaml:11:13: prices[0].amount: expected a decimal string like "2.50", found text "1,5"',
    expect.stringMatching(/^b\.yaml:1:8: broken YAML: /),
    'none.yaml:1:1: cannot be read (ENOENT); check the path and its permissions',
  ]);
});

test('a tie between two rows is placed at the later one', async () => {
  const again =
    '  - { id: other, provider: openai, match: { exact: gpt-5 }, unit: input_text_tokens, amount: "2", per: "1", status: contract }\n';
  const loaded = await loadBooks({ files: [write('tie.yaml', contract('1', again))], withCatalog: false });
  if (loaded.kind === 'ok') throw new Error('expected a tie');
  expect(loaded.issues.map((issue) => formatBookIssue(issue).replace(`${folder}/`, ''))).toEqual([
    'tie.yaml:14:5: prices[1]: tie between "other" and "deal": the same match, unit, conditions and valid_from',
  ]);
});

test('a rate of a person out of the ordinary is a warning with its line', async () => {
  const loaded = await loadBooks({
    files: [
      write(
        'roles.yaml',
        'book: r\nversion: "1"\ncurrency: USD\nroles:\n  - { role: clerk, yearly: "60000", productive_hours: "16" }\n',
      ),
    ],
  });
  if (loaded.kind === 'invalid') throw new Error('expected a book');
  expect(loaded.warnings.map((issue) => formatBookIssue(issue).replace(`${folder}/`, ''))).toEqual([
    'roles.yaml:5:5: roles[0]: role clerk costs 3750 an hour, outside 7 to 500; check the rate, yearly cost and productive hours',
  ]);
});
