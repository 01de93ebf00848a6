import { expect, test } from 'vitest';
import { createInlineBooks } from '../../src/prices/inline-book.ts';
import { INLINE_BOOKS_MAX } from '../../src/prices/limits.ts';

const bookOf = (amount: number): Record<string, unknown> => ({
  prices: [{ provider: 'x', match: { exact: 'y' }, unit: 'u', amount: String(amount), per: '1' }],
});

test('the same book is compiled once, whatever the order of its keys', () => {
  const compile = createInlineBooks();
  const reordered = { prices: [{ per: '1', amount: '1', unit: 'u', match: { exact: 'y' }, provider: 'x' }] };
  expect(compile(bookOf(1))).toBe(compile(reordered));
  expect(compile(bookOf(2))).not.toBe(compile(bookOf(1)));
});

test('the book not used for longest is forgotten first', () => {
  const compile = createInlineBooks();
  const [first, second] = [compile(bookOf(1)), compile(bookOf(2))];
  for (let amount = 3; amount <= INLINE_BOOKS_MAX; amount += 1) compile(bookOf(amount));
  expect(compile(bookOf(1))).toBe(first);
  compile(bookOf(INLINE_BOOKS_MAX + 1));
  expect(compile(bookOf(1))).toBe(first);
  expect(compile(bookOf(2))).not.toBe(second);
});

test('a book that is wrong is remembered as wrong', () => {
  const compile = createInlineBooks();
  const wrong = { prices: 5 };
  expect(compile(wrong)).toEqual({ kind: 'error', error: 'book.prices: expected a list, found number 5' });
  expect(compile(wrong)).toBe(compile(wrong));
});
