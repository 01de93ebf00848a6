import { joinPico, type Receipt } from '@costspan/pricing';
import type { Entry } from './entry.ts';
import { entryAmountMax } from './limits.ts';
import type { ItemKey, Observation, SpanFact } from './span-fact.ts';

/** What the ledger decides about a cost-bearing span once it knows the rest of its trace. */
export type Decision = {
  /** Absent: unattributed, see `unattributedReason`. */
  readonly item?: ItemKey;
  readonly itemSource?: NonNullable<Entry['itemSource']>;
  readonly unattributedReason?: string;
  /** The span's own dimensions over those of its ancestors. */
  readonly dimensions: Readonly<Record<string, string>>;
  /** Present when the span is kept as evidence only and costs nothing here. */
  readonly excluded?: { readonly status: 'aggregate' } | { readonly status: 'duplicate'; readonly duplicateOf: string };
  /** Present when the receipt is not in the currency of the ledger: its amount cannot be added. */
  readonly currencyProblem?: string;
  readonly late?: true;
  /** What other spans of the call say that this one does not. */
  readonly merged?: Partial<Pick<Observation, 'agent' | 'requestId' | 'apiKeyFingerprint' | 'callId'>>;
  /** Which version of which ledger this is, where another one decided it. */
  readonly origin?: NonNullable<Entry['origin']>;
};

/** A fact with an observation. */
export type CostFact = SpanFact & { readonly observation: NonNullable<SpanFact['observation']> };

/** A cost-bearing span, the decision about it, and what the two add to sums. */
export type DecidedSpan = { readonly fact: CostFact; readonly decision: Decision; readonly booking: Booking };

/** What of an entry sums are made of, and what they tell apart. */
export type Booking = Pick<
  DecidedEntry,
  | 'id'
  | 'category'
  | 'amountPico'
  | 'lowPico'
  | 'highPico'
  | 'waste'
  | 'status'
  | 'reasons'
  | 'lines'
  | 'usage'
  | 'book'
  | 'usageAtNs'
  | 'provider'
  | 'model'
> & {
  readonly item: ItemKey | undefined;
  readonly unattributedReason: string | undefined;
  readonly agent: string | undefined;
};

/** An entry as a decision makes it: everything but what recording adds. */
export type DecidedEntry = Omit<Entry, 'version' | 'state' | 'recordedAtNs' | 'emitter'>;

/** True when the fact bears cost. */
export function bearsCost(fact: SpanFact): fact is CostFact {
  return fact.observation !== undefined;
}

/** The entry that a span and the decision about it make. Excluded spans keep their usage as evidence and lose lines and amount. */
export function entryOf(fact: CostFact, decision: Decision, currency: string): DecidedEntry {
  const observation: CostFact['observation'] =
    decision.merged === undefined ? fact.observation : { ...fact.observation, ...decision.merged };
  return {
    id: observation.entryId,
    tenant: fact.tenant,
    ...(decision.item === undefined ? {} : { item: decision.item }),
    ...(decision.unattributedReason === undefined ? {} : { unattributedReason: decision.unattributedReason }),
    ...(decision.itemSource === undefined ? {} : { itemSource: decision.itemSource }),
    category: observation.category,
    currency,
    ...costOf(fact, decision),
    priceIds: isBooked(decision, observation) ? priceIdsOf(fact) : [],
    source: observation.receipt.source,
    ...(observation.receipt.compared === undefined ? {} : { compared: observation.receipt.compared }),
    usage: observation.usage,
    ...(observation.serviceTier === undefined ? {} : { serviceTier: observation.serviceTier }),
    ...(observation.region === undefined ? {} : { region: observation.region }),
    ...(observation.repriced === undefined ? {} : { repriced: observation.repriced }),
    book: observation.receipt.book,
    normalizer: observation.dialect,
    usageAtNs: fact.startNs,
    endNs: fact.endNs,
    traceId: fact.traceId,
    spanId: fact.spanId,
    spanName: fact.name,
    role: observation.role,
    scopeName: observation.scopeName,
    ...(observation.callId === undefined ? {} : { callId: observation.callId }),
    ...(decision.excluded?.status === 'duplicate' ? { duplicateOf: decision.excluded.duplicateOf } : {}),
    ...(decision.late === undefined ? {} : { late: decision.late }),
    ...(decision.origin === undefined ? {} : { origin: decision.origin }),
    ...(observation.attempt === undefined ? {} : { attempt: observation.attempt }),
    provider: observation.provider,
    model: observation.model,
    ...(observation.agent === undefined ? {} : { agent: observation.agent }),
    dimensions: decision.dimensions,
    ...(observation.requestId === undefined ? {} : { requestId: observation.requestId }),
    ...(observation.apiKeyFingerprint === undefined ? {} : { apiKeyFingerprint: observation.apiKeyFingerprint }),
    ...(observation.human === undefined ? {} : { human: observation.human }),
  };
}

/** What a span and the decision about it add to sums: the same as their entry says. */
export function bookingOf(fact: CostFact, decision: Decision): Booking {
  const { observation } = fact;
  const { amountPico, lowPico, highPico, waste, status, reasons, lines } = costOf(fact, decision);
  const { entryId: id, category, usage, provider, model } = observation;
  return {
    ...{ id, category, amountPico, lowPico, highPico, waste, status, reasons, lines, usage, provider, model },
    book: observation.receipt.book,
    usageAtNs: fact.startNs,
    item: decision.item,
    unattributedReason: decision.unattributedReason,
    agent: decision.merged?.agent ?? observation.agent,
  };
}

type Cost = Pick<DecidedEntry, 'amountPico' | 'lowPico' | 'highPico' | 'waste' | 'status' | 'reasons' | 'lines'>;

const nothing = { amountPico: 0n, lowPico: 0n, highPico: 0n, waste: false, lines: [] } as const;

function costOf({ observation }: CostFact, decision: Decision): Cost {
  const { receipt, waste } = observation;
  if (decision.excluded !== undefined) return { ...nothing, status: decision.excluded.status, reasons: [] };
  if (decision.currencyProblem !== undefined) {
    return { ...nothing, waste, status: 'unpriced', reasons: [decision.currencyProblem] };
  }
  if (isTooLarge(receipt)) return { ...nothing, waste, status: 'unpriced', reasons: ['amount-too-large'] };
  const { amountPico, lowPico, highPico, status, reasons, lines } = receipt;
  return { amountPico, lowPico, highPico, waste, status, reasons, lines };
}

/** Whether a receipt is above what any call costs, so that its price, its count or who stated it is wrong. It has no price then. */
export function isTooLarge({ amountPico, highPico }: Pick<Receipt, 'amountPico' | 'highPico'>): boolean {
  return amountPico > entryPicoMax || highPico > entryPicoMax;
}

const entryPicoMax = joinPico(entryAmountMax, 0n);

function isBooked({ excluded, currencyProblem }: Decision, { receipt }: CostFact['observation']): boolean {
  return excluded === undefined && currencyProblem === undefined && !isTooLarge(receipt);
}

function priceIdsOf({ observation: { receipt } }: CostFact): readonly string[] {
  return [...new Set(receipt.lines.flatMap((line) => (line.priceId === undefined ? [] : [line.priceId])))];
}

/** JSON text of a decision; equal decisions have equal text. */
export function decisionText(decision: Decision): string {
  const { item, itemSource, unattributedReason, dimensions, excluded, currencyProblem, late, merged, origin } = decision;
  return JSON.stringify({
    item: item && { tenant: item.tenant, type: item.type, id: item.id },
    ...{ itemSource, unattributedReason },
    dimensions: sorted(dimensions),
    ...{ excluded, currencyProblem, late, merged, origin },
  });
}

function sorted(dimensions: Decision['dimensions']): Decision['dimensions'] {
  const keys = Object.keys(dimensions);
  return keys.length < 2 ? dimensions : Object.fromEntries(keys.sort().map((key) => [key, dimensions[key] ?? '']));
}
