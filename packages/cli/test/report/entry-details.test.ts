import type { Entry } from '@costspan/ledger';
import { describe, expect, test } from 'vitest';
import { facts } from '../../../ledger/test/support/facts.ts';
import { decide } from '../../../ledger/test/support/show.ts';
import { amountText, grouped } from '../../src/report/amount-text.ts';
import { entryDetails } from '../../src/report/entry-details.ts';
import { safeText } from '../../src/report/safe-text.ts';
import { durationText, timeText } from '../../src/report/time-text.ts';

const [span] = decide(facts('span | cost\n a | 1')).spans;
const base: Entry = { ...(span as NonNullable<typeof span>).entry, version: 1, state: 'live', recordedAtNs: 0n, emitter: 'E' };
const partly = { kind: 'calculated', status: 'unpriced', complete: false, amount: '0.5' } as const;
const line = { unit: 'human_ms', quantity: '420000', status: 'priced' } as const;

describe('the details of an entry', () => {
  test.each<[string, Partial<Entry>, string]>([
    [
      'a rounded touch time',
      {
        lines: [
          {
            ...line,
            measured: '390000',
            amount: '36',
            per: '3600000',
            cost: '4.2',
            priceId: 'human/reviewer',
            layer: 'organisation',
          },
        ],
      },
      '420,000 human_ms (measured 390,000) at 36 per 3,600,000 = 4.2, price human/reviewer (organisation)',
    ],
    [
      'a factor',
      { lines: [{ ...line, amount: '1', per: '1', factor: '1.1', cost: '462000' }] },
      '420,000 human_ms at 1 per 1 times 1.1 = 462,000',
    ],
    [
      'a discount',
      { lines: [{ ...line, kind: 'discount', cost: '-0.42', priceId: 'ten-percent' }] },
      'discount on human_ms = -0.42, price ten-percent',
    ],
    [
      'a price in another currency',
      {
        lines: [
          {
            ...line,
            ...{ amount: '1', per: '1000', cost: '462' },
            native: { currency: 'EUR', cost: '420', rate: '1.1', rateDate: '2026-06-01', rateSource: 'ecb' },
          },
        ],
      },
      '420,000 human_ms at 1 per 1,000 = 420 EUR at 1.1 of 2026-06-01 = 462 USD',
    ],
    [
      'an estimate and why it is one',
      { lines: [{ ...line, cost: '0.02', low: '0', high: '0.02', status: 'estimated', reason: 'attempt-possible' }] },
      '420,000 human_ms = 0.02, estimated: attempt-possible|between 0 and 0.02 for human_ms',
    ],
    ['no price', { lines: [{ ...line, status: 'unpriced', reason: 'no-price' }] }, '420,000 human_ms has no price: no-price'],
    ['no line at all', { lines: [], status: 'usage_missing', reasons: ['usage-missing'] }, 'no price: usage-missing'],
    [
      'what the provider reported',
      {
        lines: [],
        compared: { kind: 'reported', status: 'provider_reported', complete: true, amount: '1.1', difference: '-0.1', lines: [] },
      },
      'the provider reported 1.1 USD, taken minus that is -0.1',
    ],
    [
      'a figure of the price book that is a part of one',
      {
        lines: [],
        compared: {
          ...partly,
          lines: [
            { ...line, cost: '0.5' },
            { ...line, status: 'unpriced', reason: 'no-price' },
          ],
        },
      },
      'the price book says at least 0.5 USD, and no price: no-price',
    ],
    [
      'a price book that says nothing: that is not 0',
      { lines: [], compared: { ...partly, amount: '0', lines: [{ ...line, status: 'unpriced', reason: 'model-unknown' }] } },
      'the price book says no price: model-unknown',
    ],
    [
      'a person',
      { lines: [], human: { role: 'reviewer', touchMs: 390_000, waitMs: 7_200_000, decision: 'approved' } },
      'reviewer, worked 6 min 30 s, waited 2 h 0 min, not priced, decided approved',
    ],
    ['a person whose time nobody measured', { lines: [], human: { role: 'reviewer' } }, 'reviewer, touch time unknown'],
    ['a version that is void', { lines: [], state: 'void' }, 'version 1 of 1970-01-01 00:00:00, replaced by a later one'],
  ])('%s', (_name, fields, expected) => {
    const [...details] = entryDetails({ ...base, ...fields });
    expect(details.slice(0, -1).join('|')).toBe(expected);
  });

  test('end with where it comes from', () => {
    expect(entryDetails({ ...base, requestId: 'req_1', agent: 'refunds', itemSource: 'trace' }).at(-1)).toBe(
      `trace ${base.traceId} span ${base.spanId} · request req_1 · agent refunds · only item of the trace`,
    );
  });
});

test.each([
  [0n, '0 ms'],
  [999_000_000n, '999 ms'],
  [3_250_000_000n, '3.2 s'],
  [390_000_000_000n, '6 min 30 s'],
  [90_000_000_000_000n, '25 h 0 min'],
  [1_000_000_000_000_000n, '11 d 13 h'],
])('%d nanoseconds are %s', (durationNs, text) => {
  expect(durationText(durationNs)).toBe(text);
});

test('an instant no calendar has is shown as it is', () => {
  expect(timeText(9_000_000_000_000_000_000_000n)).toContain('9000000000000000000');
});

test.each([
  ['USD', 820_000_000_000n, '0.8200'],
  ['USD', -820_000_000_000n, '-0.8200'],
  ['USD', 1n, '<0.0001'],
  ['USD', -1n, '>-0.0001'],
  ['USD', 0n, '0.0000'],
  ['USD', 10_000_000_000_000_000_000n, '10,000,000.00'],
  ['VND', 25_000_000_000_000_000_000n, '25,000,000'],
  ['VND', 1n, '<0.01'],
])('%s %d pico is written %s', (currency, amountPico, text) => {
  expect(amountText(currency, [amountPico])(amountPico)).toBe(text);
});

test('a nonzero amount beside large ones never looks like nothing', () => {
  expect(amountText('VND', [25_000_000_000_000_000_000n])(1n)).toBe('<1');
});

test.each([
  ['1234567.80', '1,234,567.80'],
  ['-1234', '-1,234'],
  ['123', '123'],
])('%s is grouped as %s', (text, expected) => {
  expect(grouped(text)).toBe(expected);
});

test('text of a sender cannot move the cursor, turn around, or fill the screen', () => {
  expect(safeText('a\u001b[31m\r\n\u202eb')).toBe('a?[31m???b');
  expect(safeText('x'.repeat(50), 40)).toBe(`${'x'.repeat(39)}…`);
});
