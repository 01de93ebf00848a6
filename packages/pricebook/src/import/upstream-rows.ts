import type { PriceRow, When } from '@costspan/pricing';
import { decimalText } from './decimal-text.ts';
import type { UpstreamModel, UpstreamPrice, UpstreamPrices } from './upstream-catalog.ts';
import { pricedUnits, REPEATED_KEYS } from './upstream-units.ts';

/** A price of a model before it is joined with the names the model goes by. */
export type ModelPrice = Pick<PriceRow, 'unit' | 'amount' | 'per' | 'valid_from' | 'valid_to' | 'when'>;

type Span = {
  readonly prices: UpstreamPrices;
  readonly from?: string;
  readonly to?: string;
  readonly window?: When['time_of_day'];
};

/**
 * Every price of a model: one for each unit, span of time, daily window and tier. A price entry with a date ends the one
 * before it; a daily window holds on all days. Problems are reported: a unit that is not known, an order of entries whose
 * meaning is not.
 */
export function modelPrices(provider: string, model: UpstreamModel, report: (problem: string) => void): readonly ModelPrice[] {
  return spansOf(model, report).flatMap(({ prices: { prices }, from, to, window }) => {
    const keys = new Set(prices.keys());
    return [...prices].flatMap(([key, price]) => {
      const repeated = REPEATED_KEYS[key];
      if (repeated !== undefined) {
        if (JSON.stringify(prices.get(repeated)) !== JSON.stringify(price))
          report(`prices.${key}: expected the price of ${repeated}`);
        return [];
      }
      const priced = pricedUnits(provider, model.id, key, keys);
      if (priced === undefined) {
        report(`prices.${key}: unknown unit`);
        return [];
      }
      return priced.units.flatMap((unit) =>
        tiersOf(price).map(({ amount, above }): ModelPrice => {
          const when: When = { ...above, ...(window !== undefined && { time_of_day: window }) };
          return {
            unit,
            amount,
            per: priced.per,
            ...(from !== undefined && { valid_from: from }),
            ...(to !== undefined && { valid_to: to }),
            ...(Object.keys(when).length > 0 && { when }),
          };
        }),
      );
    });
  });
}

function spansOf(model: UpstreamModel, report: (problem: string) => void): readonly Span[] {
  const dated: { from?: string; prices: UpstreamPrices }[] = [];
  const windows: Span[] = [];
  for (const [index, entry] of model.prices.entries()) {
    const { constraint } = entry;
    if (constraint === undefined) {
      if (index > 0) report('prices: expected a condition on every entry but the first');
      dated.push({ prices: entry });
    } else if ('startDate' in constraint) {
      const last = dated.at(-1)?.from;
      if (windows.length > 0 || (last !== undefined && constraint.startDate <= last))
        report('prices: expected dates in order, windows last');
      dated.push({ prices: entry, from: constraint.startDate });
    } else {
      windows.push({ prices: entry, window: { from: constraint.startTime, to: constraint.endTime } });
    }
  }
  if (dated[0]?.from !== undefined || dated.length === 0) report('prices: expected a first entry without condition');
  const spans = dated.map((entry, index): Span => ({ ...entry, ...next(dated[index + 1]?.from) }));
  return [...spans, ...windows];
}

const next = (to: string | undefined): { to?: string } => (to === undefined ? {} : { to });

/** Upstream selects a tier above its start. A start of 271,999 is how it writes "272,000 and more". */
function tiersOf(price: UpstreamPrice): readonly { readonly amount: string; readonly above?: When }[] {
  const tiers = price.tiers.map(({ start, price: amount }) => ({
    amount: decimalText(amount),
    above: start % 1_000 === 999 ? { input_above: start + 1, threshold_inclusive: true } : { input_above: start },
  }));
  return [{ amount: decimalText(price.base) }, ...tiers];
}
