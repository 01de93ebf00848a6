import { bookDigest } from '@costspan/pricebook';
import type { PriceBook } from '@costspan/pricing';
import { expect, test } from 'vitest';
import { digestOfBook } from '../src/book-digest.ts';

const book: PriceBook = { book: 'b', version: '1', currency: 'USD', prices: [] };
const other: PriceBook = { ...book, book: 'other' };

test('is the SHA-256 of the SHA-256 of the canonical JSON', () => {
  // printf '{"book":"b","currency":"USD","prices":[],"version":"1"}' | sha256sum, and once more of what that prints
  expect(bookDigest([book])).toBe('38ce4809e1c8b13b93f735d7b55e1ac35b1f87f28b089f84d025c2d97296dcfd');
});

test('does not depend on the order of keys or books', () => {
  const { prices, ...head } = book;
  expect(bookDigest([other, { prices, ...head }])).toBe(bookDigest([book, other]));
});

test('a digest stands for its book', () => {
  expect(bookDigest([other], [digestOfBook(book)])).toBe(bookDigest([book, other]));
});

test('changes with a digit', () => {
  expect(bookDigest([{ ...book, version: '2' }])).not.toBe(bookDigest([book]));
});
