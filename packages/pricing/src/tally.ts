import type { Status } from '@costspan/semconv';
import { STATUSES } from '@costspan/semconv';
import { addExact, type ExactAmount, formatExact, isAbove } from './money.ts';
import type { LineStatus, ReceiptLine } from './receipt.ts';

/** A line with its exact cost and bounds; all undefined when it has none. */
export type CostedLine = {
  readonly line: ReceiptLine;
  readonly cost: ExactAmount | undefined;
  readonly low: ExactAmount | undefined;
  readonly high: ExactAmount | undefined;
};

/** Lines with their sums: the inside of a receipt. */
export type Tally = {
  readonly lines: readonly ReceiptLine[];
  readonly costed: readonly CostedLine[];
  readonly amount: ExactAmount;
  readonly low: ExactAmount;
  readonly high: ExactAmount;
  readonly status: LineStatus;
  readonly complete: boolean;
  readonly reasons: readonly string[];
};

const SEVERITY: Readonly<Record<string, number>> = Object.fromEntries(STATUSES.map((status: Status, index) => [status, index]));

/** The graver of two statuses. */
const worse = (a: LineStatus, b: LineStatus): LineStatus => (SEVERITY[a]! <= SEVERITY[b]! ? a : b);

const NO_REASONS: readonly string[] = [];

/** Sums lines: costs and bounds of those that have one, the worst status, distinct reasons. */
export const tally = (costed: readonly CostedLine[]): Tally => {
  const lines: ReceiptLine[] = [];
  let amount: ExactAmount = 0;
  let status: LineStatus = costed[0]?.line.status ?? 'usage_missing';
  let complete = costed.length > 0;
  let isBounded = false;
  let reasons: string[] | undefined;
  let lastReason: string | undefined;
  for (const one of costed) {
    const { line, cost } = one;
    lines.push(line);
    if (line.status !== status) status = worse(status, line.status);
    if (line.reason !== undefined && line.reason !== lastReason) {
      lastReason = line.reason;
      if (reasons === undefined) reasons = [lastReason];
      else if (!reasons.includes(lastReason)) reasons.push(lastReason);
    }
    if (cost === undefined) complete = false;
    else amount = addExact(amount, cost);
    if (one.low !== undefined) isBounded = true;
  }
  const low = isBounded ? sumOf(costed, (one) => one.low ?? one.cost) : amount;
  const high = isBounded ? sumOf(costed, (one) => one.high ?? one.cost) : amount;
  return { lines, costed, amount, low, high, status, complete, reasons: sorted(reasons) };
};

const sorted = (reasons: string[] | undefined): readonly string[] => {
  if (reasons === undefined) return NO_REASONS;
  return reasons.length === 1 ? reasons : reasons.sort();
};

const sumOf = (costed: readonly CostedLine[], of: (one: CostedLine) => ExactAmount | undefined): ExactAmount =>
  costed.reduce<ExactAmount>((sum, one) => addExact(sum, of(one) ?? 0), 0);

/** A line without a cost. */
export const costless = (line: ReceiptLine): CostedLine => ({ line, cost: undefined, low: undefined, high: undefined });

/** A line with an exact cost. */
export const costed = (line: ReceiptLine, cost: ExactAmount): CostedLine => ({ line, cost, low: undefined, high: undefined });

/** An estimated line with its bounds; they are widened to contain the cost. */
export const bounded = (line: ReceiptLine, cost: ExactAmount, low: ExactAmount, high: ExactAmount): CostedLine => {
  const least = isAbove(low, cost) ? cost : low;
  const most = isAbove(cost, high) ? cost : high;
  return { line: { ...line, low: formatExact(least), high: formatExact(most) }, cost, low: least, high: most };
};
