import { expect, test } from 'vitest';
import { contents } from '../src/compiled-book.ts';
import { MEMO_RESOLUTIONS_MAX } from '../src/limits.ts';
import { createMemo } from '../src/memo.ts';
import { bookOf, compiled, inputRow, million, priceOf } from './support/books.ts';

test('remembers by provider, model and variant', () => {
  const memo = createMemo<string>();
  memo.set('a', 'b', 'c', 'value');
  expect([memo.get('a', 'b', 'c'), memo.get('a', 'b', ''), memo.get('a', 'c', 'b'), memo.get('b', 'a', 'c')]).toEqual([
    'value',
    undefined,
    undefined,
    undefined,
  ]);
});

test('holds at most two generations, and keeps what is in use', () => {
  const memo = createMemo<number>();
  memo.set('acme', 'in use', '', 0);
  for (let index = 1; index <= 10 * MEMO_RESOLUTIONS_MAX; index += 1) {
    memo.set('acme', `flood ${index}`, '', index);
    if (index % 1_000 === 0) expect(memo.get('acme', 'in use', '')).toBe(0);
    expect(memo.size()).toBeLessThanOrEqual(2 * MEMO_RESOLUTIONS_MAX);
  }
  expect(memo.get('acme', 'flood 1', '')).toBeUndefined();
});

test('a flood of unknown names leaves no trace in a book', () => {
  const book = compiled([bookOf([inputRow('1')])]);
  for (let index = 0; index < 100; index += 1)
    priceOf(million, book, { model: `unknown ${index}`, provider: index % 2 ? 'acme' : `p${index}` });
  expect(book[contents].memo.size()).toBe(0);
});

test('a flood of names that a prefix matches, or of tiers, is bounded', () => {
  const book = compiled([bookOf([inputRow('1', { match: { prefix: 'm' } })])]);
  for (let index = 0; index < 5 * MEMO_RESOLUTIONS_MAX; index += 1) {
    priceOf(million, book, index % 2 ? { model: `m${index}` } : { serviceTier: `tier ${index}` });
  }
  expect(book[contents].memo.size()).toBeLessThanOrEqual(2 * MEMO_RESOLUTIONS_MAX);
});

test('a tier and a region are never mistaken for another pair', () => {
  const book = compiled([bookOf([inputRow('1'), inputRow('2', { when: { service_tier: 'a', region: 'bc' } })])]);
  expect(priceOf(million, book, { serviceTier: 'a', region: 'bc' }).amount).toBe('2');
  expect(priceOf(million, book, { serviceTier: 'ab', region: 'c' }).status).toBe('unpriced');
  expect(priceOf(million, book, { region: 'abc' }).amount).toBe('1');
});
