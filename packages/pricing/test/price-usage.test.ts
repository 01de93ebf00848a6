import { describe, expect, test } from 'vitest';
import type { Usage } from '../src/index.ts';
import {
  bookOf,
  brief,
  compiled,
  inputRow as input,
  inputCost,
  million,
  outputRow as output,
  perMillion,
  priceOf,
} from './support/books.ts';

describe('a missing rate', () => {
  test.each<[keyof Usage & string, string]>([
    ['input_cache_read_text_tokens', 'estimated 1 | input_cache_read_text_tokens 1 parent-unit-price'],
    ['input_cache_read_audio_tokens', 'estimated 1 | input_cache_read_audio_tokens 1 parent-unit-price'],
    ['input_cache_write_1h_tokens', 'estimated 1 | input_cache_write_1h_tokens 1 parent-unit-price'],
    ['output_reasoning_tokens', 'estimated 2 | output_reasoning_tokens 2 parent-unit-price'],
    ['output_audio_tokens', 'estimated 2 | output_audio_tokens 2 parent-unit-price'],
    ['images', 'unpriced 0 | images no-price'],
    ['kitchen_sinks', 'unpriced 0 | kitchen_sinks no-price'],
  ])('of %s takes its parent or nothing, and is never free: %s', (unit, expected) => {
    expect(brief(priceOf({ [unit]: 1_000_000 }, compiled([bookOf([input('1'), output('2')])])))).toBe(expected);
  });

  test('an explicit 0 is a price', () => {
    const free = perMillion('model', 'input_cache_read_text_tokens', '0');
    expect(brief(priceOf({ input_cache_read_text_tokens: 1_000 }, compiled([bookOf([input('1'), free])])))).toBe(
      'priced 0 | input_cache_read_text_tokens 0',
    );
  });

  test('reasoning has its own rate and is not counted twice', () => {
    const book = compiled([bookOf([output('2'), perMillion('model', 'output_reasoning_tokens', '3')])]);
    expect(brief(priceOf({ output_text_tokens: 1_000_000, output_reasoning_tokens: 1_000_000 }, book))).toBe(
      'priced 5 | output_text_tokens 2 | output_reasoning_tokens 3',
    );
  });

  test('a row that is an estimate makes an estimate', () => {
    expect(inputCost([input('1', { status: 'estimate' })])).toBe('estimated 1: 1 price-is-estimate');
    expect(inputCost([input('1', { status: 'introductory' })])).toBe('priced 1: 1');
  });
});

describe('cache writes', () => {
  const fiveMinutes = perMillion('model', 'input_cache_write_5m_tokens', '3.75');
  const oneHour = perMillion('model', 'input_cache_write_1h_tokens', '6');
  const unknown: Usage = { input_cache_write_other_tokens: 1_000_000 };

  test('have a price by lifetime', () => {
    const usage: Usage = { input_cache_write_5m_tokens: 1_000_000, input_cache_write_1h_tokens: 1_000_000 };
    expect(priceOf(usage, compiled([bookOf([input('3'), fiveMinutes, oneHour])])).amount).toBe('9.75');
  });

  test('of unknown lifetime are priced at five minutes, bounded above by one hour', () => {
    const receipt = priceOf(unknown, compiled([bookOf([input('3'), fiveMinutes, oneHour])]));
    expect(brief(receipt)).toBe('estimated 3.75 | input_cache_write_other_tokens 3.75 cache-write-ttl-unknown');
    expect(receipt).toMatchObject({ lowPico: 3_750_000_000_000n, highPico: 6_000_000_000_000n });
    expect(receipt.lines[0]).toMatchObject({ low: '3.75', high: '6' });
  });

  test('of unknown lifetime without a rate for an hour have no known upper bound but their price', () => {
    expect(priceOf(unknown, compiled([bookOf([input('3'), fiveMinutes])]))).toMatchObject({
      status: 'estimated',
      amount: '3.75',
      highPico: 3_750_000_000_000n,
    });
  });

  test('where the provider has one lifetime only have a row of their own', () => {
    const own = perMillion('model', 'input_cache_write_other_tokens', '1.25');
    expect(brief(priceOf(unknown, compiled([bookOf([input('3'), own])])))).toBe(
      'priced 1.25 | input_cache_write_other_tokens 1.25',
    );
  });
});

describe('usage that cannot be', () => {
  const book = compiled([bookOf([input('3'), output('6')])]);

  test('prices nothing, not even the counts that look fine', () => {
    const receipt = priceOf({ input_text_tokens: -5, output_text_tokens: 10 }, book);
    expect(brief(receipt)).toBe('invalid_usage 0 | input_text_tokens count-negative | output_text_tokens other-count-invalid');
    expect(receipt).toMatchObject({ complete: false, reasons: ['count-negative', 'other-count-invalid'] });
  });

  test('may have been found by a reader, such as more cached than input tokens', () => {
    expect(brief(priceOf({}, book, { usageInvalid: true }))).toBe('invalid_usage 0 | usage usage-contradictory');
  });

  test('does not hide what a router charged', () => {
    const request = { provider: 'openrouter', reportedCost: { amount: '1', currency: 'USD' } };
    expect(priceOf({ input_text_tokens: -5 }, book, request)).toMatchObject({ status: 'provider_reported', amount: '1' });
  });

  test('is not usage that is missing', () => {
    expect(priceOf({}, book)).toMatchObject({
      status: 'usage_missing',
      complete: false,
      amount: '0',
      lines: [],
      reasons: ['usage-missing'],
    });
  });

  test('at no time is invalid too', () => {
    expect(brief(priceOf(million, book, { atMs: Number.NaN }))).toBe('invalid_usage 0 | input_text_tokens instant-invalid');
  });

  test('of nothing by an unknown model is not free', () => {
    expect(brief(priceOf({ input_text_tokens: 0, output_text_tokens: 0 }, book, { model: 'new' }))).toBe(
      'unpriced 0 | input_text_tokens model-unknown | output_text_tokens model-unknown',
    );
  });
});
