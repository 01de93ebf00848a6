import type { Entry } from '@costspan/ledger';
import { bookDigest, DEFAULT_BOOK_DIGESTS, DEFAULT_BOOKS, defaultBooks, readBookFiles } from '@costspan/pricebook';
import type { ReceiptLine } from '@costspan/pricing';
import { describe, expect, test } from 'vitest';
import { facts } from '../../../ledger/test/support/facts.ts';
import { decide } from '../../../ledger/test/support/show.ts';
import { entryDetails } from '../../src/report/entry-details.ts';
import { loadPriceSources } from '../../src/report/price-sources.ts';
import { scratchFolder } from '../prices/scratch-folder.ts';

const own = `
book: acme
version: 2026-06-01
layer: contract
currency: USD
prices:
  - { id: acme/ocr, provider: acme, match: { exact: ocr }, unit: pages, amount: "0.01", per: "1", status: contract,
      source: { url: "https://acme.example/offer.pdf", retrieved_at: 2026-05-30 } }
  - { id: acme/scan, provider: acme, match: { exact: scan }, unit: pages, amount: "0.02", per: "1", status: contract }
roles:
  - { role: reviewer, hourly: "36", valid_from: 2026-01-01 }
discounts:
  - { id: ten-percent, percent: "10" }
`;

const digestOf = async (file: string, others: readonly string[] = []): Promise<Entry['book']> => {
  const read = await readBookFiles([file]);
  if (read.kind === 'invalid') throw new Error(JSON.stringify(read.issues));
  return { version: 'any', sha256: bookDigest(read.books, others) };
};

const lineOf = (priceId: string, layer: string): ReceiptLine => ({
  ...{ unit: 'pages', quantity: '1', status: 'priced', amount: '1', per: '1', cost: '1' },
  ...{ priceId, layer },
});

const [span] = decide(facts('span | cost\n a | 1')).spans;
const entryOf = (book: Entry['book'], ...lines: readonly ReceiptLine[]): Entry => ({
  ...(span as NonNullable<typeof span>).entry,
  ...{ version: 1, state: 'live', recordedAtNs: 0n, emitter: 'E', book, lines },
});

describe('the source of a price', () => {
  test('is told from the books whose hash the entry names, with or without the default ones', async () => {
    const { write } = scratchFolder();
    const file = write('acme.yaml', own);
    const sources = await loadPriceSources([file]);
    for (const book of [await digestOf(file), await digestOf(file, DEFAULT_BOOK_DIGESTS)]) {
      expect(sources.isLoaded(book)).toBe(true);
      expect(sources.originOf(book, lineOf('acme/ocr', 'contract'))).toEqual({
        book: 'acme',
        source: { url: 'https://acme.example/offer.pdf', retrieved_at: '2026-05-30' },
      });
      expect(sources.originOf(book, lineOf('acme/ocr', 'catalog'))).toBeUndefined();
      expect(sources.originOf(book, lineOf('human/reviewer@2026-01-01', 'contract'))).toEqual({ book: 'acme' });
    }
  });

  test('is told of every row of the default books, which need no file', async () => {
    const sources = await loadPriceSources([]);
    const rows = defaultBooks().flatMap(({ prices, layer = 'organisation' }) =>
      prices.map(({ id, source }) => ({ id, source, layer })),
    );
    expect(rows.length).toBeGreaterThan(1000);
    const told = rows.map(({ id, layer }) => sources.originOf(DEFAULT_BOOKS, lineOf(id, layer))?.source);
    expect(told).toEqual(rows.map(({ source }) => source));
  });

  test('is not guessed from books with another hash', async () => {
    const { write } = scratchFolder();
    const sources = await loadPriceSources([write('acme.yaml', own)]);
    const other = await digestOf(write('other.yaml', own.replace('"0.01"', '"0.03"')));
    expect(sources.isLoaded(other)).toBe(false);
    expect(sources.originOf(other, lineOf('acme/ocr', 'contract'))).toBeUndefined();
    expect(entryDetails(entryOf(other, lineOf('acme/ocr', 'contract')), sources).join('\n')).not.toContain('acme.example');
  });

  test('of a file that is no book is a clear error', async () => {
    const { write } = scratchFolder();
    await expect(loadPriceSources([write('acme.yaml', 'prices: 3')])).rejects.toThrow('acme.yaml');
  });
});

test('an entry names the source of its prices once, or of each where they differ', async () => {
  const { write } = scratchFolder();
  const file = write('acme.yaml', own);
  const [sources, book] = [await loadPriceSources([file]), await digestOf(file)];
  const ocr = lineOf('acme/ocr', 'contract');
  const said = (...lines: readonly ReceiptLine[]): readonly string[] =>
    entryDetails(entryOf(book, ...lines), sources).filter((line) => line.includes('of book'));
  expect(said(ocr, ocr)).toEqual(['prices of book acme, from https://acme.example/offer.pdf as of 2026-05-30']);
  expect(said(ocr, lineOf('acme/scan', 'contract'), lineOf('ten-percent', 'contract'))).toEqual([
    'acme/ocr of book acme, from https://acme.example/offer.pdf as of 2026-05-30',
    'acme/scan, ten-percent of book acme, which names no source',
  ]);
  expect(said({ unit: 'pages', quantity: '1', status: 'unpriced', reason: 'no-price' })).toEqual([]);
});
