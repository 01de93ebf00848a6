import type { Receipt } from '@costspan/pricing';
import {
  ATTR_COSTSPAN_CATEGORY,
  ATTR_COSTSPAN_COST_BOOK,
  ATTR_COSTSPAN_COST_CURRENCY,
  ATTR_COSTSPAN_COST_EMITTER,
  ATTR_COSTSPAN_COST_PRICE_IDS,
  ATTR_COSTSPAN_COST_REASON,
  ATTR_COSTSPAN_COST_SOURCE,
  ATTR_COSTSPAN_COST_STATUS,
  ATTR_COSTSPAN_COST_WASTE,
  type Category,
} from '@costspan/semconv';
import { type AttributeRun, createAttributeRun } from '../otlp/attribute-run.ts';
import type { NewAttribute } from '../otlp/span-view.ts';
import { RUNS_MAX } from './limits.ts';

/** What is written besides amounts and the item, which is the same on all calls of a model that are priced from the same rows. */
type RunOf = (receipt: Receipt | undefined, options: RunOptions) => AttributeRun;

/** What besides the receipt decides what is written. */
type RunOptions = {
  /** Whether the currency is still to be written. */
  readonly withCurrency: boolean;
  readonly waste: boolean;
  /** undefined where the span states one. */
  readonly category: Category | undefined;
};

/** Rows that were used one after the other, and what was written about them. */
type RowsNode = { readonly next: Map<string, RowsNode>; readonly runs: KnownRun[] };

type KnownRun = RunOptions &
  Pick<Receipt, 'status' | 'source' | 'currency'> & { readonly reason: string; readonly run: AttributeRun };

/** Builds the runs of one meter and book, each at its first use. Without a receipt it is that of a sum, which has no cost of its own. */
export const createRunOf = (emitterName: string, bookText: string): RunOf => {
  const emitter: NewAttribute = [ATTR_COSTSPAN_COST_EMITTER, emitterName];
  const sums = new Map<Category | undefined, AttributeRun>();
  let root: RowsNode = { next: new Map(), runs: [] };
  let runCount = 0;
  const sumRun = (category: Category | undefined): AttributeRun => {
    const known = sums.get(category);
    if (known !== undefined) return known;
    const run = createAttributeRun([[ATTR_COSTSPAN_COST_STATUS, 'aggregate'], emitter, ...categoryOf(category)]);
    sums.set(category, run);
    return run;
  };
  return (receipt, options) => {
    if (receipt === undefined) return sumRun(options.category);
    const reason = receipt.reasons.length === 0 ? '' : receipt.reasons.join(',');
    const node = nodeOf(root, receipt);
    for (const known of node.runs) if (isRunOf(known, receipt, reason, options)) return known.run;
    // Rows and reasons are few, but their combinations need not be: those that still come are found again soon.
    if (runCount === RUNS_MAX) [root, runCount] = [{ next: new Map(), runs: [] }, 0];
    const run = createAttributeRun([
      ...costAttributes(receipt, reason, options, bookText),
      emitter,
      ...categoryOf(options.category),
    ]);
    const { status, source, currency } = receipt;
    nodeOf(root, receipt).runs.push({ ...options, status, source, currency, reason, run });
    runCount += 1;
    return run;
  };
};

/** The node of the rows of a receipt, in the order of its lines; as deep as there are lines. */
const nodeOf = (root: RowsNode, { lines }: Receipt): RowsNode => {
  let node = root;
  for (const { priceId } of lines) {
    if (priceId === undefined) continue;
    let next = node.next.get(priceId);
    if (next === undefined) {
      next = { next: new Map(), runs: [] };
      node.next.set(priceId, next);
    }
    node = next;
  }
  return node;
};

const isRunOf = (known: KnownRun, { status, source, currency }: Receipt, reason: string, options: RunOptions): boolean =>
  known.status === status &&
  known.reason === reason &&
  known.category === options.category &&
  known.waste === options.waste &&
  known.withCurrency === options.withCurrency &&
  known.source === source &&
  known.currency === currency;

const costAttributes = (
  receipt: Receipt,
  reason: string,
  { withCurrency, waste }: RunOptions,
  bookText: string,
): readonly NewAttribute[] => {
  const priceIds = new Set(receipt.lines.flatMap(({ priceId }) => priceId ?? []));
  return [
    ...attributeIf(withCurrency, ATTR_COSTSPAN_COST_CURRENCY, receipt.currency),
    [ATTR_COSTSPAN_COST_STATUS, receipt.status],
    [ATTR_COSTSPAN_COST_SOURCE, receipt.source],
    ...attributeIf(reason !== '', ATTR_COSTSPAN_COST_REASON, reason),
    [ATTR_COSTSPAN_COST_WASTE, waste],
    [ATTR_COSTSPAN_COST_BOOK, bookText],
    // Rows used, each once, in the order of the lines.
    ...attributeIf(priceIds.size > 0, ATTR_COSTSPAN_COST_PRICE_IDS, [...priceIds].join(',')),
  ];
};

const categoryOf = (category: Category | undefined): readonly NewAttribute[] =>
  category === undefined ? [] : [[ATTR_COSTSPAN_CATEGORY, category]];

const attributeIf = (holds: boolean, key: string, value: string): readonly NewAttribute[] => (holds ? [[key, value]] : []);
