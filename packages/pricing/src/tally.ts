import type { Status } from '@costspan/semconv';
import { STATUSES } from '@costspan/semconv';
import { parsedDecimal } from './compiled-row.ts';
import { addExact, decimalToAtto, type ExactAmount, formatExact } from './money.ts';
import type { LineStatus, ReceiptLine } from './receipt.ts';

/** Lower and upper bound of an estimated line. */
export type Bounds = { readonly low: ExactAmount; readonly high: ExactAmount };

/**
 * Lines and their exact sums: the inside of a receipt. It grows line by line through {@link addLine}, with nothing
 * allocated per line but the line, because this is the inner loop of a meter; nothing changes it afterwards.
 */
export type Tally = {
  readonly lines: ReceiptLine[];
  /** Sum of the costs. */
  amount: ExactAmount;
  /** Sums of the bounds once a line has bounds; undefined while they are the amount. */
  bounds: Bounds | undefined;
  /** Worst status so far; `usage_missing` without lines. */
  status: LineStatus;
  /** False when any line has no cost, or there is no line. */
  complete: boolean;
  /** Distinct reasons, in no order. */
  reasons: readonly string[];
};

const NO_REASONS: readonly string[] = [];

/** A tally without lines. */
export const createTally = (): Tally => ({
  lines: [],
  amount: 0,
  bounds: undefined,
  status: 'usage_missing',
  complete: false,
  reasons: NO_REASONS,
});

const SEVERITY: Readonly<Record<string, number>> = Object.fromEntries(STATUSES.map((status: Status, index) => [status, index]));

/** The graver of two statuses. */
const worse = (a: LineStatus, b: LineStatus): LineStatus => (SEVERITY[a]! <= SEVERITY[b]! ? a : b);

/** Adds a line with its cost, or without one, and returns the tally. */
export const addLine = (tally: Tally, line: ReceiptLine, cost: ExactAmount | undefined): Tally => {
  const { status, reason } = line;
  if (tally.lines.length === 0) {
    tally.status = status;
    tally.complete = true;
  } else if (status !== tally.status) tally.status = worse(tally.status, status);
  tally.lines.push(line);
  if (reason !== undefined) addReason(tally, reason);
  if (cost === undefined) tally.complete = false;
  else {
    tally.amount = addExact(tally.amount, cost);
    if (tally.bounds !== undefined) tally.bounds = addBounds(tally.bounds, { low: cost, high: cost });
  }
  return tally;
};

/** Adds an estimated line with its bounds and returns the tally. */
export const addBoundedLine = (tally: Tally, line: ReceiptLine, cost: ExactAmount, bounds: Bounds): Tally => {
  const sums = addBounds(boundsOf(tally), bounds);
  // Most estimates have no bounds but their price, whose text is there.
  const textOf = (bound: ExactAmount): string => (bound === cost && line.cost !== undefined ? line.cost : formatExact(bound));
  addLine(tally, { ...line, low: textOf(bounds.low), high: textOf(bounds.high) }, cost);
  tally.bounds = sums;
  return tally;
};

/** Sums of the bounds of all lines. */
export const boundsOf = ({ amount, bounds }: Tally): Bounds => bounds ?? { low: amount, high: amount };

const addBounds = (a: Bounds, b: Bounds): Bounds => ({ low: addExact(a.low, b.low), high: addExact(a.high, b.high) });

/** Adds a reason that no line may show. */
export const addReason = (tally: Tally, reason: string): void => {
  const { reasons } = tally;
  if (reasons.length === 0) tally.reasons = [reason];
  else if (reasons[reasons.length - 1] !== reason && !reasons.includes(reason)) tally.reasons = [...reasons, reason];
};

/** The exact cost and bounds of a line, read back from its texts; undefined when it has no cost. */
export const exactCostOf = ({ cost, low, high }: ReceiptLine): (Bounds & { readonly cost: ExactAmount }) | undefined =>
  cost === undefined ? undefined : { cost: exactOf(cost), low: exactOf(low ?? cost), high: exactOf(high ?? cost) };

const exactOf = (text: string): ExactAmount => decimalToAtto(parsedDecimal(text));
