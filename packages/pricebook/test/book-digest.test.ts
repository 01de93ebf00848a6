import { bookDigest } from '@costspan/pricebook';
import type { PriceBook } from '@costspan/pricing';
import { expect, test } from 'vitest';

const book: PriceBook = { book: 'b', version: '1', currency: 'USD', prices: [] };
const other: PriceBook = { ...book, book: 'other' };

test('is the SHA-256 of the canonical JSON', () => {
  // printf '[{"book":"b","currency":"USD","prices":[],"version":"1"}]' | sha256sum
  expect(bookDigest([book])).toBe('40970ec6b4f006a001ca00a6b4c60795ba8ccccd439137ddb05d9800c243c4bf');
});

test('does not depend on the order of keys or books', () => {
  const { prices, ...head } = book;
  expect(bookDigest([other, { prices, ...head }])).toBe(bookDigest([book, other]));
});

test('changes with a digit', () => {
  expect(bookDigest([{ ...book, version: '2' }])).not.toBe(bookDigest([book]));
});
