import { expect, test } from 'vitest';
import { compileBook, formatIssue, type PriceBook, type PriceRow, price, type ShelvedBook } from '../src/index.ts';
import { bookOf, compiled, inputRow, million, noon, outputRow, perMillion } from './support/books.ts';

/** A book whose rows are made name by name, and how often each shelf was asked. */
const shelved = (rows: readonly PriceRow[]): { readonly book: ShelvedBook; readonly made: string[] } => {
  const made: string[] = [];
  const names = [...new Set(rows.map(({ match }) => JSON.stringify(match)))];
  const shelves = names.map((name) => {
    const own = rows.filter(({ match }) => JSON.stringify(match) === name);
    const { provider, match } = own[0]!;
    const makeRows = (): readonly PriceRow[] => {
      made.push(name);
      return own;
    };
    return { provider, match, rowCount: own.length, rows: makeRows };
  });
  return { book: { book: 'shelved', version: '1', layer: 'catalog', currency: 'USD', shelves }, made };
};

const problems = (...books: readonly (PriceBook | ShelvedBook)[]): readonly string[] => {
  const result = compileBook(books, { version: '', sha256: '' });
  return result.kind === 'ok' ? [] : result.issues.map((issue) => `book ${issue.bookIndex}: ${formatIssue(issue)}`);
};

const rows = [inputRow('3'), outputRow('15'), perMillion('other', 'input_text_tokens', '1')];

test('makes the rows of a name when it is first priced, once', () => {
  const { book, made } = shelved(rows);
  const result = compileBook([book], { version: '', sha256: '' });
  if (result.kind === 'invalid') throw new Error('invalid');
  expect([result.book.rowCount, result.book.providers, made]).toEqual([3, ['acme'], []]);
  const costs = ['model', 'model', 'new'].map(
    (model) => price({ atMs: noon('2026-03-01'), provider: 'acme', model, usage: million }, result.book).amount,
  );
  expect([costs, made]).toEqual([['3', '3', '0'], ['{"exact":"model"}']]);
});

test('prices as the same rows in a plain book', () => {
  const query = { atMs: noon('2026-03-01'), provider: 'acme', model: 'model', usage: { ...million, output_text_tokens: 7 } };
  const [lazy, eager] = [shelved(rows).book, bookOf(rows, { layer: 'catalog' })].map((book) => {
    const result = compileBook([book], { version: '', sha256: '' });
    return result.kind === 'ok' ? price(query, result.book) : result.issues;
  });
  expect(lazy).toEqual(eager);
});

test('a tie with a row on a shelf is a problem of the other book', () => {
  const plain = bookOf([inputRow('4', { id: 'mine' })], { layer: 'catalog' });
  expect(problems(shelved(rows).book, plain)).toEqual([
    'book 1: prices[0]: tie between "mine" and "acme/model/input_text_tokens": the same match, unit, conditions and valid_from',
  ]);
  const pattern = (text: string, id: string): PriceRow => ({ ...inputRow('1'), id, match: { pattern: text } });
  expect(problems(shelved([pattern('*mode*', 'a')]).book, bookOf([pattern('*odel*', 'b')], { layer: 'catalog' }))).toEqual([]);
  expect(problems(shelved([pattern('*mode*', 'a')]).book, bookOf([pattern('mode*', 'b')], { layer: 'catalog' }))).toEqual([
    'book 1: prices[0]: tie between "b" and "a": the same match, unit, conditions and valid_from',
  ]);
});

test('a contract over a shelf takes what the contract has and leaves the rest', () => {
  const contract = bookOf([inputRow('2')], { layer: 'contract' });
  const result = compileBook([shelved(rows).book, contract], { version: '', sha256: '' });
  if (result.kind === 'invalid') throw new Error('invalid');
  const usage = { input_text_tokens: 1_000_000, output_text_tokens: 1_000_000 };
  expect(price({ atMs: noon('2026-03-01'), provider: 'acme', model: 'model', usage }, result.book).amount).toBe('17');
  expect(compiled([bookOf(rows, { layer: 'catalog' }), contract]).rowCount).toBe(result.book.rowCount);
});
