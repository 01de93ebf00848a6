import { type CompiledBook, formatPico, picoToDouble, type Receipt } from '@costspan/pricing';
import {
  ATTR_COSTSPAN_CATEGORY,
  ATTR_COSTSPAN_COST_AMOUNT,
  ATTR_COSTSPAN_COST_BOOK,
  ATTR_COSTSPAN_COST_CURRENCY,
  ATTR_COSTSPAN_COST_EMITTER,
  ATTR_COSTSPAN_COST_EXACT,
  ATTR_COSTSPAN_COST_HIGH,
  ATTR_COSTSPAN_COST_LOW,
  ATTR_COSTSPAN_COST_PRICE_IDS,
  ATTR_COSTSPAN_COST_REASON,
  ATTR_COSTSPAN_COST_SOURCE,
  ATTR_COSTSPAN_COST_STATUS,
  ATTR_COSTSPAN_COST_WASTE,
  ATTR_COSTSPAN_WORK_ITEM_ID,
  ATTR_COSTSPAN_WORK_ITEM_TYPE,
  type Category,
} from '@costspan/semconv';
import { type AttributeRun, createAttributeRun } from '../otlp/attribute-run.ts';
import type { KeyTable, NewAttribute, SpanView } from '../otlp/span-view.ts';
import { type Identity, TYPE_UNSPECIFIED } from './identify-item.ts';
import { RUNS_MAX } from './limits.ts';
import type { NormalizedSpan } from './normalize.ts';

/** Prefix of the names that only a meter writes: what a sender put there is removed. */
export const OWNED_PREFIX = 'costspan.cost.';

/** What is known of a cost-bearing span. */
export type PricedSpan = {
  readonly normalized: NormalizedSpan;
  readonly receipt: Receipt;
  readonly identity: Identity;
  readonly waste: boolean;
};

/** Attributes that the span leaves with, in a fixed order. */
export type Enrich = (span: SpanView, priced: PricedSpan) => ReadonlyArray<NewAttribute | AttributeRun>;

/** Keys that enriching looks for on a span, so as not to write them twice. */
export const ENRICH_KEYS: readonly string[] = [ATTR_COSTSPAN_CATEGORY, ATTR_COSTSPAN_WORK_ITEM_ID, ATTR_COSTSPAN_WORK_ITEM_TYPE];

/** Builds the stage. `emitterName` is the configured name of the meter. */
export const createEnrich = (emitterName: string, book: CompiledBook, table: KeyTable): Enrich => {
  const bookText = `${book.version}+${book.sha256.slice(0, BOOK_DIGITS)}`;
  const runOf = createRunOf(emitterName, bookText);
  const lacks = (name: string): ((span: SpanView) => boolean) => {
    const key = table.idOf(name);
    return key === undefined ? () => true : (span) => span.get(key) === undefined;
  };
  const lacksCategory = lacks(ATTR_COSTSPAN_CATEGORY);
  const lacksId = lacks(ATTR_COSTSPAN_WORK_ITEM_ID);
  const lacksType = lacks(ATTR_COSTSPAN_WORK_ITEM_TYPE);
  return (span, { normalized, receipt, identity, waste }) => {
    const attributes: Array<NewAttribute | AttributeRun> = [];
    // A sum has no cost of its own: an amount beside the amounts of its children would be added to them.
    const isAggregate = normalized.role === 'aggregate';
    const isMoney = !isAggregate && addAmount(attributes, receipt);
    const category = lacksCategory(span) ? normalized.category : undefined;
    attributes.push(runOf(isAggregate ? undefined : receipt, { withCurrency: isMoney, waste, category }));
    const { item } = identity;
    if (item === undefined) return attributes;
    if (lacksId(span)) attributes.push([ATTR_COSTSPAN_WORK_ITEM_ID, item.id]);
    if (item.type !== TYPE_UNSPECIFIED && lacksType(span)) attributes.push([ATTR_COSTSPAN_WORK_ITEM_TYPE, item.type]);
    return attributes;
  };
};

/** Digits of the book's hash that a span carries: enough to tell books apart. */
const BOOK_DIGITS = 12;

/**
 * No amount where nothing is known: a zero would be read as a price. Returns whether the currency is still to be written: it
 * stands before the bounds where there are any.
 */
const addAmount = (attributes: Array<NewAttribute | AttributeRun>, receipt: Receipt): boolean => {
  const { lines, amountPico, lowPico, highPico } = receipt;
  if (!hasCost(lines)) return false;
  attributes.push([ATTR_COSTSPAN_COST_AMOUNT, picoToDouble(amountPico)], [ATTR_COSTSPAN_COST_EXACT, formatPico(amountPico)]);
  if (lowPico === amountPico && highPico === amountPico) return true;
  attributes.push(
    [ATTR_COSTSPAN_COST_CURRENCY, receipt.currency],
    [ATTR_COSTSPAN_COST_LOW, formatPico(lowPico)],
    [ATTR_COSTSPAN_COST_HIGH, formatPico(highPico)],
  );
  return false;
};

const hasCost = (lines: Receipt['lines']): boolean => {
  for (const { cost } of lines) if (cost !== undefined) return true;
  return false;
};

type RunOptions = {
  readonly withCurrency: boolean;
  readonly waste: boolean;
  /** undefined where the span states one. */
  readonly category: Category | undefined;
};

/** What is written besides amounts and the item, which is the same on all calls of a model that are priced from the same rows. */
type RunOf = (receipt: Receipt | undefined, options: RunOptions) => AttributeRun;

/** Rows that were used one after the other, and what was written about them. */
type RowsNode = { readonly next: Map<string, RowsNode>; readonly runs: KnownRun[] };

type KnownRun = RunOptions &
  Pick<Receipt, 'status' | 'source' | 'currency'> & { readonly reason: string; readonly run: AttributeRun };

const createRunOf = (emitterName: string, bookText: string): RunOf => {
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
