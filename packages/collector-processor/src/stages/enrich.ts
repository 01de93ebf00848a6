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
} from '@costspan/semconv';
import type { KeyTable, NewAttribute, SpanView } from '../otlp/span-view.ts';
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
export type Enrich = (span: SpanView, priced: PricedSpan) => readonly NewAttribute[];

/** Keys that enriching looks for on a span, so as not to write them twice. */
export const ENRICH_KEYS: readonly string[] = [ATTR_COSTSPAN_CATEGORY, ATTR_COSTSPAN_WORK_ITEM_ID, ATTR_COSTSPAN_WORK_ITEM_TYPE];

/** Builds the stage. `emitterName` is the configured name of the meter. */
export const createEnrich = (emitterName: string, book: CompiledBook, table: KeyTable): Enrich => {
  const bookText = `${book.version}+${book.sha256.slice(0, BOOK_DIGITS)}`;
  const addIfAbsent = (attributes: NewAttribute[], span: SpanView, name: string, value: string): void => {
    const key = table.idOf(name);
    if (key === undefined || span.get(key) === undefined) attributes.push([name, value]);
  };
  return (span, { normalized, receipt, identity, waste }) => {
    const attributes: NewAttribute[] = [];
    // A sum has no cost of its own: an amount beside the amounts of its children would be added to them.
    if (normalized.role === 'aggregate') attributes.push([ATTR_COSTSPAN_COST_STATUS, 'aggregate']);
    else addCost(attributes, receipt, waste, bookText);
    attributes.push([ATTR_COSTSPAN_COST_EMITTER, emitterName]);
    addIfAbsent(attributes, span, ATTR_COSTSPAN_CATEGORY, normalized.category);
    const { item } = identity;
    if (item === undefined) return attributes;
    addIfAbsent(attributes, span, ATTR_COSTSPAN_WORK_ITEM_ID, item.id);
    if (item.type !== TYPE_UNSPECIFIED) addIfAbsent(attributes, span, ATTR_COSTSPAN_WORK_ITEM_TYPE, item.type);
    return attributes;
  };
};

/** Digits of the book's hash that a span carries: enough to tell books apart. */
const BOOK_DIGITS = 12;

const addCost = (attributes: NewAttribute[], receipt: Receipt, waste: boolean, bookText: string): void => {
  addAmount(attributes, receipt);
  attributes.push([ATTR_COSTSPAN_COST_STATUS, receipt.status], [ATTR_COSTSPAN_COST_SOURCE, receipt.source]);
  if (receipt.reasons.length > 0) attributes.push([ATTR_COSTSPAN_COST_REASON, receipt.reasons.join(',')]);
  attributes.push([ATTR_COSTSPAN_COST_WASTE, waste], [ATTR_COSTSPAN_COST_BOOK, bookText]);
  const priceIds = priceIdsOf(receipt);
  if (priceIds.length > 0) attributes.push([ATTR_COSTSPAN_COST_PRICE_IDS, priceIds.join(',')]);
};

/** No amount where nothing is known: a zero would be read as a price. */
const addAmount = (attributes: NewAttribute[], receipt: Receipt): void => {
  const { lines, amountPico, lowPico, highPico } = receipt;
  if (!lines.some(({ cost }) => cost !== undefined)) return;
  attributes.push(
    [ATTR_COSTSPAN_COST_AMOUNT, picoToDouble(amountPico)],
    [ATTR_COSTSPAN_COST_EXACT, formatPico(amountPico)],
    [ATTR_COSTSPAN_COST_CURRENCY, receipt.currency],
  );
  if (lowPico === amountPico && highPico === amountPico) return;
  attributes.push([ATTR_COSTSPAN_COST_LOW, formatPico(lowPico)], [ATTR_COSTSPAN_COST_HIGH, formatPico(highPico)]);
};

/** Rows used, each once, in the order of the lines. */
const priceIdsOf = ({ lines }: Receipt): readonly string[] => {
  const ids: string[] = [];
  for (const { priceId } of lines) if (priceId !== undefined && !ids.includes(priceId)) ids.push(priceId);
  return ids;
};
