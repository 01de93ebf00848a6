import { shareOf, sharesByLargestRemainder } from '@costspan/pricing';
import { CATEGORIES, type Category } from '@costspan/semconv';
import { isUnknown } from '../roll-up.ts';
import type { CostSums } from './cost-sums.ts';

/** Percentages with two digits: categories sum to exactly 100.00, as do visible and hidden. Waste is a part "of which". */
export type Shares = {
  readonly byCategory: Readonly<Partial<Record<Category, string>>>;
  /** What an invoice for language models shows, and everything else. */
  readonly visible: string;
  readonly hidden: string;
  readonly waste: string;
};

const digits = 2;

/** Shares of a total; undefined when it is 0, or when credits make a category negative, so that shares mean nothing. */
export function sharesOf({ totalPico, wastePico, byCategory }: CostSums): Shares | undefined {
  const fed = CATEGORIES.filter((category) => {
    const sum = byCategory[category];
    return sum !== undefined && !isUnknown(sum);
  });
  const amounts = fed.map((category) => byCategory[category]?.amountPico ?? 0n);
  if (totalPico === 0n || amounts.some((amount) => amount < 0n)) return undefined;
  const shares = sharesByLargestRemainder(amounts, digits, fed);
  const visiblePico = byCategory.llm?.amountPico ?? 0n;
  const [visible = '', hidden = ''] = sharesByLargestRemainder([visiblePico, totalPico - visiblePico], digits);
  return {
    byCategory: Object.fromEntries(fed.map((category, index) => [category, shares[index]])),
    visible,
    hidden,
    waste: shareOf(wastePico, totalPico, digits) ?? '',
  };
}
