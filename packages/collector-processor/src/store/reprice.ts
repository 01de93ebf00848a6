import { type CostFact, canonicalText, entryOf, type ItemKey, isExcluded, isTelemetry } from '@costspan/ledger';
import {
  ASSUMPTIONS,
  type CompiledBook,
  price,
  type Receipt,
  telemetryPrices,
  telemetryPricesText,
  telemetryReceipt,
} from '@costspan/pricing';
import { READING_REASONS } from '../dialects/reading-reasons.ts';
import { packFacts } from '../facts/pack-facts.ts';
import { readPackedFacts } from '../facts/read-packed-facts.ts';
import { prepareKeptFacts } from './kept-facts.ts';
import type { LedgerEngine } from './ledger-engine.ts';
import type { LedgerFile } from './ledger-file.ts';
import { commitFactsMax } from './limits.ts';
import { isReceivedTrace } from './received-trace.ts';
import { prepare } from './sql.ts';

/** Which entries are priced anew, with what and why. */
export type RepriceOptions = {
  /** Time of use from, inclusive, to, exclusive, Unix nanoseconds. */
  readonly fromNs: bigint;
  readonly toNs: bigint;
  /** Default: all in that time. */
  readonly where?: (entry: Repriceable) => boolean;
  readonly book: CompiledBook;
  /** Stays with each entry that changes. */
  readonly reason: string;
};

/** What can be asked of an entry that may be priced anew. */
export type Repriceable = {
  readonly item: ItemKey | undefined;
  readonly fact: CostFact;
};

/** How one entry changes, or why it stays as it is. */
export type Repricing = Repriceable &
  (
    | { readonly kind: 'changed'; readonly before: Receipt; readonly after: CostFact }
    | { readonly kind: 'same' }
    /** Its cost does not come from a price book, or its usage tells too little to price it alone, or another ledger decided it. */
    | { readonly kind: 'stated' | 'unreadable' | 'foreign' }
  );

type Row = {
  readonly fact: Uint8Array;
  readonly decision: string;
  readonly trace_id: string;
};

/** Prices live entries of a file anew, by time of use. Changes nothing. */
export function* repricings(
  file: Pick<LedgerFile, 'database' | 'currency'>,
  { fromNs, toNs, where = () => true, book, reason }: RepriceOptions,
): Iterable<Repricing> {
  const { database, currency } = file;
  const { readCost } = prepareKeptFacts(database);
  const rows = prepare<Row>(
    database,
    `SELECT entries.fact, entries.decision, traces.trace_id
     FROM entries JOIN traces ON traces.trace_key = entries.trace_key
     WHERE entries.state = 'live' AND usage_at_ns >= ? AND usage_at_ns < ? ORDER BY usage_at_ns, entry_id`,
  );
  for (const { fact: kept, decision, trace_id: traceId } of rows.each(fromNs, toNs)) {
    const fact = readCost(kept);
    const entry = entryOf(fact, JSON.parse(decision), currency);
    const common = { item: entry.item, fact };
    if (isExcluded(entry.status) || !where(common)) continue;
    if (isReceivedTrace(traceId)) yield { ...common, kind: 'foreign' };
    else yield { ...common, ...priceAnew(fact, book, reason) };
  }
}

/** Books what changes: each entry gets a void and a new version. Returns how many changed. */
export function applyRepricings(engine: LedgerEngine, changed: Iterable<CostFact>, nowNs: bigint): number {
  let count = 0;
  let batch: CostFact[] = [];
  const commit = (): void => {
    if (batch.length > 0) engine.commit(readPackedFacts(packFacts(batch).bytes), nowNs);
    batch = [];
  };
  for (const fact of changed) {
    batch.push(fact);
    count += 1;
    if (batch.length === commitFactsMax) commit();
  }
  commit();
  return count;
}

type Outcome =
  | { readonly kind: 'changed'; readonly before: Receipt; readonly after: CostFact }
  | { readonly kind: 'same' | 'stated' | 'unreadable' };

function priceAnew(fact: CostFact, book: CompiledBook, reason: string): Outcome {
  const { observation } = fact;
  const { receipt: before } = observation;
  if (isTelemetry(fact)) return priceTelemetryAnew(fact, book, reason);
  if (before.source !== 'price_book' || before.status === 'non_billable') return { kind: 'stated' };
  if (before.status === 'invalid_usage' || isOfSeveral(before)) return { kind: 'unreadable' };
  return outcomeOf(fact, keepingDoubts(before, priceOf(fact, book)), reason);
}

/** Telemetry keeps its new prices: spans that are still to come are added at them. */
function priceTelemetryAnew(fact: CostFact, book: CompiledBook, reason: string): Outcome {
  const { telemetry, startNs, observation } = fact;
  const { telemetry_spans: spans } = observation.usage;
  if (telemetry === undefined || typeof spans !== 'number') return { kind: 'unreadable' };
  const prices = telemetryPrices(observation, Number(startNs / 1_000_000n), book);
  const repriced: CostFact = { ...fact, telemetry: { ...telemetry, prices: telemetryPricesText(prices) } };
  return outcomeOf(repriced, telemetryReceipt(prices, { bytes: telemetry.bytes, spans }), reason);
}

function outcomeOf(fact: CostFact, receipt: Receipt, reason: string): Outcome {
  const { observation } = fact;
  const before = observation.receipt;
  if (sameCost(before, receipt)) return { kind: 'same' };
  const repriced = { count: (observation.repriced?.count ?? 0) + 1, reason };
  return { kind: 'changed', before, after: { ...fact, observation: { ...observation, receipt, repriced } } };
}

function priceOf({ startNs, observation }: CostFact, book: CompiledBook): Receipt {
  const { provider, model, usage, serviceTier, region, attempt, receipt } = observation;
  const assumed = attempt?.billable === 'possible' ? 'attempt-possible' : (unsureOf(receipt) ?? receipt.reasons.find(isOfReader));
  return price(
    {
      atMs: Number(startNs / 1_000_000n),
      provider,
      model,
      usage,
      ...(serviceTier === undefined ? {} : { serviceTier }),
      ...(region === undefined ? {} : { region }),
      ...(assumed === undefined ? {} : { assumption: { reason: assumed, lowZero: lowZeroReasons.includes(assumed) } }),
    },
    book,
  );
}

/** How the call ended is not kept: where a book did not know whether such a call is billed, nobody knows it now. */
function unsureOf({ reasons }: Receipt): string | undefined {
  return reasons.find((reason) => lowZeroReasons.includes(reason));
}

/** Reasons for which nothing may have been billed. */
const lowZeroReasons: readonly string[] = ['attempt-possible', 'outcome-billing-unknown'];

/** Whether a reader of spans or of usage gave the reason, not a price book: it holds whatever the prices are. */
function isOfReader(reason: string): boolean {
  if (reason in ASSUMPTIONS || reason === 'touch-time-default') return true;
  return reason in READING_REASONS && !lackingReasons.includes(reason);
}

const lackingReasons: readonly string[] = ['input-missing', 'output-missing'];

/** What was known to be missing of the usage is still missing. */
function keepingDoubts(before: Receipt, after: Receipt): Receipt {
  const lacking = before.reasons.filter((reason) => lackingReasons.includes(reason));
  if (lacking.length === 0) return after;
  return { ...after, status: 'usage_missing', complete: false, reasons: [...new Set([...after.reasons, ...lacking])].sort() };
}

/** A unit that stands on two lines was used by two models, and only one of them is known. */
function isOfSeveral({ lines }: Receipt): boolean {
  const units = lines.flatMap(({ unit, kind }) => (kind === 'discount' ? [] : [unit]));
  return new Set(units).size < units.length;
}

/** Two books may say the same of an entry; it is not touched then. */
function sameCost(one: Receipt, other: Receipt): boolean {
  const costOf = ({ book: _book, ...cost }: Receipt): string => canonicalText(cost);
  return costOf(one) === costOf(other);
}
