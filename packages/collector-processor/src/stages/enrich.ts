import { type CompiledBook, formatPico, picoToDouble, type Receipt } from '@costspan/pricing';
import {
  ATTR_COSTSPAN_CATEGORY,
  ATTR_COSTSPAN_COST_AMOUNT,
  ATTR_COSTSPAN_COST_CURRENCY,
  ATTR_COSTSPAN_COST_EXACT,
  ATTR_COSTSPAN_COST_HIGH,
  ATTR_COSTSPAN_COST_LOW,
  ATTR_COSTSPAN_WORK_ITEM_ID,
  ATTR_COSTSPAN_WORK_ITEM_TYPE,
} from '@costspan/semconv';
import type { AttributeRun } from '../otlp/attribute-run.ts';
import type { KeyTable, NewAttribute, SpanView } from '../otlp/span-view.ts';
import { createRunOf } from './cost-runs.ts';
import { type Identity, TYPE_UNSPECIFIED } from './identify-item.ts';
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
    return key === undefined
      ? () => true
      : (span) => (span.wire === undefined ? span.get(key) === undefined : !span.wire.has(key));
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
  attributes.push([ATTR_COSTSPAN_COST_AMOUNT, picoToDouble(amountPico)], [ATTR_COSTSPAN_COST_EXACT, exactText(receipt)]);
  if (lowPico === amountPico && highPico === amountPico) return true;
  attributes.push(
    [ATTR_COSTSPAN_COST_CURRENCY, receipt.currency],
    [ATTR_COSTSPAN_COST_LOW, formatPico(lowPico)],
    [ATTR_COSTSPAN_COST_HIGH, formatPico(highPico)],
  );
  return false;
};

/** The amount in pico units as text. Where nothing was rounded to get there, that is the text of the amount itself. */
const exactText = ({ amount, amountPico }: Receipt): string => {
  const point = amount.indexOf('.');
  return point < 0 || amount.length - point - 1 <= PICO_DIGITS ? amount : formatPico(amountPico);
};

const PICO_DIGITS = 12;

const hasCost = (lines: Receipt['lines']): boolean => {
  for (const { cost } of lines) if (cost !== undefined) return true;
  return false;
};
