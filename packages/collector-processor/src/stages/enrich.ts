import { formatPico, picoToDouble, type Receipt } from '@costspan/pricing';
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
export const createEnrich = (emitterName: string, table: KeyTable): Enrich => {
  const isAbsent = (span: SpanView, name: string): boolean => {
    const key = table.idOf(name);
    return key === undefined || span.get(key) === undefined;
  };
  return (span, { normalized, receipt, identity, waste }) => {
    const attributes: NewAttribute[] = [...costAttributes(normalized, receipt, waste), [ATTR_COSTSPAN_COST_EMITTER, emitterName]];
    if (isAbsent(span, ATTR_COSTSPAN_CATEGORY)) attributes.push([ATTR_COSTSPAN_CATEGORY, normalized.category]);
    const { item } = identity;
    if (item === undefined) return attributes;
    if (isAbsent(span, ATTR_COSTSPAN_WORK_ITEM_ID)) attributes.push([ATTR_COSTSPAN_WORK_ITEM_ID, item.id]);
    const isTypeKnown = item.type !== TYPE_UNSPECIFIED;
    if (isTypeKnown && isAbsent(span, ATTR_COSTSPAN_WORK_ITEM_TYPE)) attributes.push([ATTR_COSTSPAN_WORK_ITEM_TYPE, item.type]);
    return attributes;
  };
};

const costAttributes = ({ role }: NormalizedSpan, receipt: Receipt, waste: boolean): readonly NewAttribute[] => {
  // A sum has no cost of its own: an amount beside the amounts of its children would be added to them.
  if (role === 'aggregate') return [[ATTR_COSTSPAN_COST_STATUS, 'aggregate']];
  const book = `${receipt.book.version}+${receipt.book.sha256.slice(0, 12)}`;
  return [
    ...amountAttributes(receipt),
    [ATTR_COSTSPAN_COST_STATUS, receipt.status],
    [ATTR_COSTSPAN_COST_SOURCE, receipt.source],
    ...(receipt.reasons.length > 0 ? [[ATTR_COSTSPAN_COST_REASON, receipt.reasons.join(',')] as const] : []),
    [ATTR_COSTSPAN_COST_WASTE, waste],
    [ATTR_COSTSPAN_COST_BOOK, book],
    ...priceIds(receipt),
  ];
};

/** No amount where nothing is known: a zero would be read as a price. */
const amountAttributes = (receipt: Receipt): readonly NewAttribute[] => {
  const isKnown = receipt.lines.some(({ cost }) => cost !== undefined);
  if (!isKnown) return [];
  const exact = formatPico(receipt.amountPico);
  const isBounded = receipt.lowPico !== receipt.amountPico || receipt.highPico !== receipt.amountPico;
  return [
    [ATTR_COSTSPAN_COST_AMOUNT, picoToDouble(receipt.amountPico)],
    [ATTR_COSTSPAN_COST_EXACT, exact],
    [ATTR_COSTSPAN_COST_CURRENCY, receipt.currency],
    ...(isBounded
      ? ([
          [ATTR_COSTSPAN_COST_LOW, formatPico(receipt.lowPico)],
          [ATTR_COSTSPAN_COST_HIGH, formatPico(receipt.highPico)],
        ] as const)
      : []),
  ];
};

const priceIds = (receipt: Receipt): readonly NewAttribute[] => {
  const ids = new Set(receipt.lines.flatMap(({ priceId }) => priceId ?? []));
  return ids.size === 0 ? [] : [[ATTR_COSTSPAN_COST_PRICE_IDS, [...ids].join(',')]];
};
