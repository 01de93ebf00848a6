import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type Discount,
  type FxRate,
  formatPico,
  type Modifier,
  type PriceRow,
  parseTelemetryPrices,
  price,
  TELEMETRY_REASON,
  telemetryPrices,
  telemetryPricesText,
  telemetryReceipt,
  telemetryUsage,
} from '../src/index.ts';
import { at, bookOf, compiled, noon } from './support/books.ts';

const row = (unit: string, amount: string, per: string, more: Partial<PriceRow> = {}): PriceRow => ({
  id: `vendor/${unit}${more.valid_from ?? ''}`,
  provider: 'vendor',
  match: { exact: 'traces' },
  unit,
  amount,
  per,
  status: 'list',
  ...more,
});
const sku = { provider: 'vendor', model: 'traces' };
const atMs = noon('2026-03-01');

const amountText = fc
  .tuple(fc.nat(10_000), fc.stringMatching(/^\d{0,9}$/))
  .map(([whole, fraction]) => (fraction === '' ? `${whole}` : `${whole}.${fraction}`));
const per = fc.constantFrom('1', '3', '1000', '1000000', '0.25');
const priced = fc.record({
  amount: amountText,
  per,
  currency: fc.constantFrom('USD', 'EUR'),
  status: fc.constantFrom('list', 'estimate'),
});
const anyBook = fc.record({
  telemetry_gb: fc.option(priced, { nil: undefined }),
  telemetry_spans: fc.option(priced, { nil: undefined }),
  factors: fc.array(fc.constantFrom('1.1', '0.333', '2'), { maxLength: 2 }),
  percents: fc.array(fc.constantFrom('0', '10', '33.3', '100', '0.0000001'), { maxLength: 3 }),
});
const anySize = fc.record({ bytes: fc.integer({ min: 1, max: 2 ** 50 }), spans: fc.integer({ min: 1, max: 2 ** 40 }) });

test('the receipt is the one that the book itself gives, whatever was charged, changed, taken off and converted', () => {
  let complete = 0;
  fc.assert(
    fc.property(anyBook, anySize, ({ factors, percents, ...units }, size) => {
      const given = Object.entries(units).flatMap(([unit, one]) =>
        one === undefined
          ? []
          : [row(unit, one.amount, one.per, { currency: one.currency, status: one.status === 'list' ? 'list' : 'estimate' })],
      );
      const modifiers: Modifier[] = factors.map((factor, index) => ({
        id: `m${index}`,
        factor,
        units: ['telemetry_gb', 'telemetry_spans'],
      }));
      const discounts: Discount[] = percents.map((percent, index) => ({ id: `d${index}`, percent }));
      const fx: FxRate[] = [{ from: 'EUR', to: 'USD', rate: '1.0837', date: '2026-01-01', source: 'ECB' }];
      const book = compiled([bookOf(given, { modifiers, discounts, fx })]);
      const prices = parseTelemetryPrices(telemetryPricesText(telemetryPrices(sku, atMs, book)));
      const usage = Object.fromEntries(
        Object.entries(telemetryUsage(size)).filter(([unit]) => given.length === 0 || given.some((one) => one.unit === unit)),
      );
      const whole = price({ atMs, ...sku, usage, assumption: { reason: TELEMETRY_REASON, lowZero: false } }, book);
      expect(telemetryReceipt(prices, size)).toEqual(whole);
      if (whole.complete) complete += 1;
    }),
    { numRuns: 1_000 },
  );
  expect(complete, 'books that had a price').toBeGreaterThan(300);
});

test('a gigabyte is a thousand million bytes', () => {
  expect(telemetryUsage({ bytes: 1_234_567, spans: 12 })).toEqual({ telemetry_gb: '0.001234567', telemetry_spans: 12 });
  const prices = telemetryPrices(sku, atMs, compiled([bookOf([row('telemetry_gb', '0.10', '1')])]));
  expect(formatPico(telemetryReceipt(prices, { bytes: 1_500_000_000, spans: 9 }).amountPico)).toBe('0.15');
});

test('a vendor is paid by gigabytes, by spans or by both, as its rows say', () => {
  const both = [row('telemetry_gb', '0.10', '1'), row('telemetry_spans', '1.70', '1000000')];
  const size = { bytes: 2_000_000, spans: 1_000 };
  const costOf = (rows: readonly PriceRow[]): readonly (string | undefined)[] =>
    telemetryReceipt(telemetryPrices(sku, atMs, compiled([bookOf(rows)])), size).lines.map(({ unit, cost }) => `${unit} ${cost}`);
  expect(costOf(both)).toEqual(['telemetry_gb 0.0002', 'telemetry_spans 0.0017']);
  expect(costOf(both.slice(0, 1))).toEqual(['telemetry_gb 0.0002']);
  expect(costOf(both.slice(1))).toEqual(['telemetry_spans 0.0017']);
});

test('without a price there is no cost, and never 0', () => {
  const expired = compiled([bookOf([row('telemetry_gb', '0.10', '1', { valid_to: '2026-01-01' })])]);
  const other = compiled([bookOf([row('requests', '1', '1')])]);
  for (const [book, reason] of [
    [expired, 'no-price-at-time'],
    [other, 'no-price'],
  ] as const) {
    const receipt = telemetryReceipt(telemetryPrices(sku, atMs, book), { bytes: 1, spans: 1 });
    expect(receipt).toMatchObject({ status: 'unpriced', complete: false, reasons: [reason] });
    expect(receipt.lines.map(({ cost }) => cost).filter((cost) => cost !== undefined)).toEqual([]);
  }
});

test('prices are those of their instant', () => {
  const book = compiled([
    bookOf([
      row('telemetry_gb', '0.10', '1', { valid_to: '2026-03-01T12:00:00Z' }),
      row('telemetry_gb', '0.20', '1', { valid_from: '2026-03-01T12:00:00Z' }),
    ]),
  ]);
  const gigabyte = (ms: number): string => telemetryReceipt(telemetryPrices(sku, ms, book), { bytes: 1e9, spans: 1 }).amount;
  expect([gigabyte(at('2026-03-01T12:00:00Z') - 1), gigabyte(at('2026-03-01T12:00:00Z'))]).toEqual(['0.1', '0.2']);
});
