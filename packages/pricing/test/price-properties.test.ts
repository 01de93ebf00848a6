import { PARENT_UNIT, TOKEN_UNITS } from '@costspan/semconv';
import { Decimal } from 'decimal.js';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatPico, type PriceRow, parsePico, sumPico, type Usage } from '../src/index.ts';
import { bookOf, compiled, perMillion, priceOf } from './support/books.ts';

Decimal.set({ precision: 400, toExpNeg: -400, toExpPos: 400, rounding: Decimal.ROUND_HALF_EVEN });

const amountText = fc
  .tuple(fc.nat(10_000), fc.stringMatching(/^\d{0,9}$/))
  .map(([whole, fraction]) => (fraction === '' ? `${whole}` : `${whole}.${fraction}`));
const per = fc.constantFrom('1', '3', '60', '1000', '3600', '1000000', '0.25');
const unit = fc.constantFrom(...TOKEN_UNITS, 'requests', 'web_searches', 'compute_seconds', 'kitchen_sinks');
const row = fc.record({ unit, amount: amountText, per });
const rows = fc.uniqueArray(row, { selector: (one) => one.unit, minLength: 1, maxLength: 12 });
const usage = fc.dictionary(
  unit,
  fc.oneof(
    fc.nat(5_000_000),
    fc.maxSafeNat().map((count) => Math.floor(count / 64)),
  ),
  { minKeys: 1 },
);
const factor = fc.constantFrom('1.1', '0.5', '2', '0.333');
const percent = fc.constantFrom('0', '10', '33.3', '100');

const bookRows = (given: readonly { unit: string; amount: string; per: string }[]): PriceRow[] =>
  given.map((one) => ({ ...perMillion('model', one.unit, one.amount), per: one.per }));

/** Another road to the same figure: the price of a unit by walking up its parents, in decimal.js with 400 digits. */
const oracle = (given: readonly { unit: string; amount: string; per: string }[], of: string) => {
  const byUnit = new Map(given.map((one) => [one.unit, one]));
  const parents: Readonly<Record<string, string | undefined>> = PARENT_UNIT;
  let at: string | undefined = of;
  while (at !== undefined && !byUnit.has(at)) at = parents[at];
  return at === undefined ? undefined : { ...byUnit.get(at)!, isOwn: at === of };
};

test('every receipt is what decimal.js makes of it: lines, factors, discounts, sum and rounding', () => {
  fc.assert(
    fc.property(
      rows,
      usage,
      fc.array(factor, { maxLength: 3 }),
      fc.array(percent, { maxLength: 3 }),
      (given, used, factors, percents) => {
        const modifiers = factors.map((one, index) => ({ id: `m${index}`, factor: one }));
        const discounts = percents.map((one, index) => ({ id: `d${index}`, percent: one }));
        const receipt = priceOf(used, compiled([bookOf(bookRows(given), { modifiers, discounts })]));
        let sum = new Decimal(0);
        for (const [of, count] of Object.entries(used)) {
          const found = oracle(given, of);
          const line = receipt.lines.find((one) => one.unit === of && one.kind === undefined);
          if (found === undefined) {
            expect(line?.cost).toBe(count === 0 ? '0' : undefined);
            continue;
          }
          const isToken = TOKEN_UNITS.some((token) => token === of);
          const factorOf = isToken ? factors.reduce((product, one) => product.mul(one), new Decimal(1)) : new Decimal(1);
          let left = new Decimal(count).mul(found.amount).mul(factorOf).div(found.per).toDecimalPlaces(18);
          expect(line?.cost).toBe(left.toFixed());
          expect(line?.status).toBe(found.isOwn || count === 0 ? 'priced' : 'estimated');
          for (const one of left.isZero() ? [] : percents) left = left.sub(left.mul(one).div(100).toDecimalPlaces(18));
          sum = sum.add(left);
        }
        expect(receipt.amount).toBe(sum.toFixed());
        expect(formatPico(receipt.amountPico)).toBe(sum.toDecimalPlaces(12).toFixed());
      },
    ),
    { numRuns: 500 },
  );
});

test('a receipt says the same whatever order usage and rows are written in', () => {
  const shuffledRows = rows.chain((given) =>
    fc.tuple(fc.constant(given), fc.shuffledSubarray(given, { minLength: given.length })),
  );
  fc.assert(
    fc.property(shuffledRows, usage, ([given, shuffled], used) => {
      const reversed: Usage = Object.fromEntries(Object.entries(used).reverse());
      expect(priceOf(reversed, compiled([bookOf(bookRows(shuffled))]))).toEqual(
        priceOf(used, compiled([bookOf(bookRows(given))])),
      );
    }),
  );
});

test('a receipt says the same the second time, when the names are remembered', () => {
  fc.assert(
    fc.property(rows, usage, (given, used) => {
      const book = compiled([bookOf(bookRows(given))]);
      expect(priceOf(used, book)).toEqual(priceOf(used, book));
    }),
  );
});

test('bounds contain the amount, and the lines with a cost sum to it', () => {
  fc.assert(
    fc.property(rows, usage, fc.boolean(), (given, used, lowZero) => {
      const receipt = priceOf(used, compiled([bookOf(bookRows(given))]), { assumption: { reason: 'tier-requested', lowZero } });
      expect(receipt.lowPico <= receipt.amountPico && receipt.amountPico <= receipt.highPico).toBe(true);
      const sum = receipt.lines.reduce((total, { cost }) => total.add(cost ?? 0), new Decimal(0));
      expect(receipt.amount).toBe(sum.toFixed());
      expect(receipt.complete).toBe(receipt.lines.length > 0 && receipt.lines.every(({ cost }) => cost !== undefined));
    }),
  );
});

test('a million receipts worth of amounts sum to the same in any order', () => {
  const book = compiled([bookOf([perMillion('model', 'input_text_tokens', '0.0375')])]);
  const amounts = Array.from(
    { length: 2_000 },
    (_, index) => priceOf({ input_text_tokens: (index * 7_919) % 10_007 }, book).amountPico,
  );
  const sorted = amounts.toSorted((a, b) => (a < b ? -1 : 1));
  expect(sumPico(amounts)).toBe(sumPico(sorted));
  const tokens = Array.from({ length: 2_000 }, (_, index) => (index * 7_919) % 10_007).reduce((sum, count) => sum + count, 0);
  expect(sumPico(amounts)).toBe(BigInt(tokens) * (parsePico('0.0000000375') ?? 0n));
});

test('nothing a sender can write makes pricing throw', () => {
  const book = compiled([bookOf(bookRows([{ unit: 'requests', amount: '1', per: '1' }]))]);
  const text = fc.oneof(fc.string(), fc.constantFrom('acme', 'model', 'ft:', 'arn:', '__proto__', 'constructor', '\n', '[1m]'));
  const money = fc.record({ amount: fc.string(), currency: fc.string() });
  fc.assert(
    fc.property(
      fc.record(
        {
          atMs: fc.double(),
          provider: text,
          model: text,
          usage: fc.dictionary(fc.string(), fc.oneof(fc.double(), fc.string())),
          serviceTier: text,
          region: text,
          reportedCost: money,
          declaredCost: money,
        },
        { requiredKeys: ['atMs', 'provider', 'model', 'usage'] },
      ),
      ({ usage: used, ...more }) => {
        const receipt = priceOf(used, book, more);
        expect(typeof receipt.amountPico).toBe('bigint');
        expect(structuredClone(receipt)).toEqual(receipt);
      },
    ),
    { numRuns: 500 },
  );
});
