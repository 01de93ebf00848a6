import type { Entry } from '@costspan/ledger';
import type { ReceiptLine } from '@costspan/pricing';
import { grouped } from './amount-text.ts';
import type { PriceOrigin, PriceSources } from './price-sources.ts';
import { safeText } from './safe-text.ts';
import { durationText, timeText } from './time-text.ts';

/**
 * Why an entry costs what it costs and where it comes from, a line each, in full digits. Sources of prices are named where their
 * book is loaded.
 */
export function entryDetails(entry: Entry, sources?: PriceSources): readonly string[] {
  return [
    ...entry.lines.map((line) => lineText(line, entry.currency)),
    ...sourcesText(entry, sources),
    ...rangeText(entry),
    ...leftOutText(entry),
    ...comparedText(entry),
    ...humanText(entry),
    ...versionText(entry),
    originText(entry),
  ];
}

/** `1,200 input_text_tokens at 1.25 per 1,000,000 = 0.0015, price openai/gpt-5/input@2025-08-07 (catalog)`. */
function lineText(line: ReceiptLine, currency: string): string {
  const { unit, quantity, amount, per, factor, cost, priceId, layer, reason, status, native } = line;
  const measured = line.measured === undefined ? '' : ` (measured ${grouped(line.measured)})`;
  const what = line.kind === 'discount' ? `discount on ${safeText(unit)}` : `${grouped(quantity)} ${safeText(unit)}${measured}`;
  const rate = amount === undefined || line.kind === 'discount' ? '' : ` at ${grouped(amount)} per ${grouped(per ?? '1')}`;
  const times = factor === undefined ? '' : ` times ${factor}`;
  const foreign = native === undefined ? '' : ` = ${native.cost} ${native.currency} at ${native.rate} of ${native.rateDate}`;
  const result = cost === undefined ? ` has no price: ${safeText(reason ?? status)}` : ` = ${grouped(cost)}`;
  const source = priceId === undefined ? '' : `, price ${safeText(priceId)}${layer === undefined ? '' : ` (${layer})`}`;
  const why = cost === undefined || reason === undefined ? '' : `, ${status.replaceAll('_', ' ')}: ${safeText(reason)}`;
  return `${what}${rate}${times}${foreign}${result}${foreign === '' ? '' : ` ${currency}`}${source}${why}`;
}

/** One line per source; the prices are named where there are several. */
function sourcesText({ lines, book }: Entry, sources: PriceSources | undefined): readonly string[] {
  const pricesOf = new Map<string, string[]>();
  for (const line of lines) {
    const origin = sources?.originOf(book, line);
    if (origin === undefined || line.priceId === undefined) continue;
    const text = sourceText(origin);
    pricesOf.set(text, [...(pricesOf.get(text) ?? []), safeText(line.priceId)]);
  }
  if (pricesOf.size < 2) return [...pricesOf.keys()].map((text) => `prices ${text}`);
  return [...pricesOf].map(([text, ids]) => `${[...new Set(ids)].join(', ')} ${text}`);
}

function sourceText({ book, source }: PriceOrigin): string {
  if (source === undefined) return `of book ${safeText(book)}, which names no source`;
  return `of book ${safeText(book)}, from ${safeText(source.url)} as of ${safeText(source.retrieved_at)}`;
}

function rangeText({ lines }: Entry): readonly string[] {
  const estimated = lines.filter(({ low, high, cost }) => (low ?? cost) !== (high ?? cost));
  return estimated.map(({ unit, low, high, cost }) => `between ${low ?? cost} and ${high ?? cost} for ${safeText(unit)}`);
}

function leftOutText(entry: Entry): readonly string[] {
  if (entry.status === 'aggregate') return ['repeats what the spans below it carry, so it is not priced'];
  if (entry.status === 'duplicate')
    return [`the same call is priced in entry ${entry.duplicateOf ?? 'unknown'}, so this one is not`];
  return entry.lines.length === 0 && entry.reasons.length > 0
    ? [`no price: ${entry.reasons.map((reason) => safeText(reason)).join(', ')}`]
    : [];
}

function comparedText({ compared, currency }: Entry): readonly string[] {
  if (compared === undefined) return [];
  const names = { calculated: 'the price book says', reported: 'the provider reported', list_price: 'at list price it would be' };
  const difference = compared.difference === undefined ? '' : `, taken minus that is ${compared.difference}`;
  if (compared.complete) return [`${names[compared.kind]} ${compared.amount} ${currency}${difference}`];
  const why = [
    ...new Set(compared.lines.flatMap(({ cost, reason }) => (cost === undefined && reason !== undefined ? [reason] : []))),
  ];
  const amount = compared.lines.some(({ cost }) => cost !== undefined) ? `at least ${compared.amount} ${currency}, and ` : '';
  return [`${names[compared.kind]} ${amount}no price: ${why.map((reason) => safeText(reason)).join(', ')}`];
}

function humanText({ human }: Entry): readonly string[] {
  if (human === undefined) return [];
  const { role, touchMs, waitMs, decision } = human;
  return [
    [
      safeText(role),
      ...(touchMs === undefined ? ['touch time unknown'] : [`worked ${durationText(BigInt(touchMs) * 1_000_000n)}`]),
      ...(waitMs === undefined ? [] : [`waited ${durationText(BigInt(waitMs) * 1_000_000n)}, not priced`]),
      ...(decision === undefined ? [] : [`decided ${safeText(decision)}`]),
    ].join(', '),
  ];
}

function versionText({ version, state, recordedAtNs, repriced, origin }: Entry): readonly string[] {
  const why = repriced === undefined ? '' : `, priced anew: ${safeText(repriced.reason)}`;
  return [
    ...(version === 1 && state === 'live' && why === ''
      ? []
      : [`version ${version} of ${timeText(recordedAtNs)}${why}${state === 'void' ? ', replaced by a later one' : ''}`]),
    ...(origin === undefined ? [] : [`decided by ledger ${origin.emitter}, its version ${origin.version}`]),
  ];
}

function originText(entry: Entry): string {
  const found = { span: '', resource: 'item from the resource', id_from: 'item from a configured key' };
  const source = entry.itemSource ?? 'span';
  const item = source === 'ancestor' ? 'item from an ancestor' : source === 'trace' ? 'only item of the trace' : found[source];
  return [
    entry.role === 'telemetry'
      ? `trace ${entry.traceId}, ${grouped(String(entry.usage.telemetry_spans))} of its spans`
      : `trace ${entry.traceId} span ${entry.spanId}`,
    ...(entry.requestId === undefined ? [] : [`request ${safeText(entry.requestId)}`]),
    ...(entry.agent === undefined ? [] : [`agent ${safeText(entry.agent)}`]),
    ...(item === '' ? [] : [item]),
  ].join(' · ');
}
