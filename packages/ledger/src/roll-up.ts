import type { Contribution } from './contribution.ts';
import type { CostRecord } from './record.ts';
import type { Sighting } from './sighting.ts';
import { type CategoryTally, isExcluded, isUnpriced } from './tally.ts';

export type RollUpOptions = {
  readonly currency: string;
  readonly state: CostRecord['state'];
  readonly emitter: string;
  readonly revision: bigint;
};

/** The record of a work item, from everything that traces contribute to it. */
export function rollUp({ tally, sighting }: Contribution, options: RollUpOptions): CostRecord {
  const { outcome, parentId } = sighting;
  return {
    item: sighting.item,
    ...(parentId === undefined ? {} : { parentId: parentId.value }),
    ...(outcome === undefined ? {} : { outcome: { value: outcome.value, atNs: outcome.atNs } }),
    state: options.state,
    currency: options.currency,
    totalPico: tally.totalPico,
    lowPico: tally.lowPico,
    highPico: tally.highPico,
    wastePico: tally.wastePico,
    byCategory: Object.fromEntries(
      Object.entries(tally.categories).flatMap(([category, sums]) => (isUnknown(sums) ? [] : [[category, sums.amountPico]])),
    ),
    unpricedByCategory: Object.fromEntries(
      Object.entries(tally.categories).flatMap(([category, { unpriced }]) => (unpriced === 0 ? [] : [[category, unpriced]])),
    ),
    usage: tally.usage,
    spans: tally.spans,
    unpricedReasons: tally.unpriced,
    complete: Object.keys(tally.unpriced).length === 0,
    bookVersions: Object.keys(tally.books),
    dimensions: dimensionsOf(sighting),
    firstSpanNs: sighting.firstNs,
    lastSpanNs: sighting.lastNs,
    emitter: options.emitter,
    revision: options.revision,
  };
}

/** Dimensions of an item by key, sorted by it. */
export function dimensionsOf({ dimensions }: Sighting): CostRecord['dimensions'] {
  return Object.fromEntries(
    Object.entries(dimensions)
      .map(([key, claim]): [string, string] => [key, claim.value])
      .sort(([one], [other]) => (one < other ? -1 : 1)),
  );
}

/**
 * True when nothing is known of a sum but that it has spans without a price, whatever others of it cost nothing: unknown is not 0, so
 * it has no amount.
 */
export function isUnknown({ amountPico, unpriced }: Pick<CategoryTally, 'amountPico' | 'unpriced'>): boolean {
  return amountPico === 0n && unpriced > 0;
}

/**
 * Share of the billable spans that have a cost, as decimal text with six digits rounded down: "1" means that nothing is
 * unpriced. undefined when the item has no billable span. Aggregates and duplicates do not count.
 */
export function coverageOf(spans: CostRecord['spans']): string | undefined {
  let billable = 0n;
  let priced = 0n;
  for (const [status, count] of Object.entries(spans) as [keyof CostRecord['spans'] & string, number][]) {
    if (isExcluded(status)) continue;
    billable += BigInt(count);
    if (!isUnpriced(status)) priced += BigInt(count);
  }
  if (billable === 0n) return undefined;
  if (priced === billable) return '1';
  return `0.${String((priced * 1_000_000n) / billable).padStart(6, '0')}`;
}
