import type { ExplainedSpan } from '@costspan/collector-processor';
import type { ReceiptLine } from '@costspan/pricing';
import { nameCharactersMax, safeText } from '../report/safe-text.ts';
import { explainReason } from './explain-reason.ts';
import { reasonsOf, type Verdict, verdictOn } from './verdict.ts';

/** What became of a span, as the text says it. */
const verdictTexts: Readonly<Record<Verdict, string>> = {
  priced: 'priced',
  estimated: 'estimated',
  unpriced: 'NOT PRICED',
  not_billed: 'not billed',
  sum: 'a sum of its calls',
  duplicate: 'duplicate',
  unidentified: 'NOT KEPT',
  no_cost: 'bears no cost',
  ordinary: 'ordinary span',
};

/** One span for people: what was read, from which key, and what came of it. `spanIdOf`: the span with this entry id. */
export function spanText(span: ExplainedSpan, spanIdOf: (entryId: string) => string | undefined): string {
  const { fact, dialect, scopeName, scopeVersion } = span;
  const scope = `${scopeName} ${scopeVersion}`.trim();
  const rows: readonly Row[] = [
    ['span', `${fact.spanId === '' ? '(no id)' : fact.spanId} in trace ${fact.traceId === '' ? '(no id)' : fact.traceId}`],
    ['scope', scope === '' ? '(none)' : safeText(scope)],
    ['read by', readByText(dialect, fact.observation)],
    ...span.read.map(
      ({ key, readAs, value }, index): Row => [
        index === 0 ? 'from' : '',
        `${safeText(key)} = ${safeText(String(value))}${readAs === undefined ? '' : ` → ${readAs}`}`,
      ],
    ),
    ...costRows(span, spanIdOf),
    ...reasonsOf(span).map((reason, index): Row => [index === 0 ? 'because' : '', reasonText(reason)]),
  ];
  const title = `${safeText(fact.name, nameCharactersMax)}: ${verdictTexts[verdictOn(span)]}`;
  return [title, ...rows.map(([name, text]) => `  ${name.padEnd(nameWidth)}${text}`)].join('\n');
}

type Row = readonly [name: string, text: string];

const nameWidth = 10;

function readByText(dialect: string | undefined, observation: ExplainedSpan['fact']['observation']): string {
  if (dialect === undefined) return 'no dialect: nothing on it says that it costs anything';
  if (observation === undefined) return `${dialect}, as a span that bears no cost`;
  const { role, category, provider, model } = observation;
  const named = [provider, model].filter((part) => part !== '').join(' / ');
  return `${dialect}, as ${role} of category ${category}${named === '' ? '' : `, ${safeText(named)}`}`;
}

function costRows({ fact, decision }: ExplainedSpan, spanIdOf: (entryId: string) => string | undefined): readonly Row[] {
  if (fact.observation === undefined) return [];
  const { usage, receipt } = fact.observation;
  const counts = Object.entries(usage).map(([unit, count]) => `${safeText(unit)} ${safeText(String(count))}`);
  const rows: Row[] = [['usage', counts.length === 0 ? 'nothing is known' : counts.join(', ')]];
  if (decision?.excluded?.status === 'aggregate') return [...rows, ['price', 'none of its own: what it sums is priced']];
  if (decision?.excluded?.status === 'duplicate') {
    const { duplicateOf } = decision.excluded;
    return [...rows, ['price', `none of its own: span ${spanIdOf(duplicateOf) ?? duplicateOf} tells the same call better`]];
  }
  const [first, ...others] = receipt.lines.map(lineText);
  rows.push(['price', first ?? 'none'], ...others.map((line): Row => ['', line]));
  if (receipt.lines.length > 1) rows.push(['', `${receipt.amount} ${receipt.currency}${receipt.complete ? '' : ', incomplete'}`]);
  const { item, itemSource, unattributedReason } = decision ?? {};
  if (item !== undefined) rows.push(['item', `${safeText(`${item.type} ${item.id}`)} (${itemSourceText(itemSource)})`]);
  else rows.push(['item', `none: ${unattributedReason ?? fact.itemProblem ?? 'unknown'}`]);
  return rows;
}

function lineText({ unit, quantity, amount, per, factor, cost, status, reason, priceId }: ReceiptLine): string {
  const price =
    amount === undefined || per === undefined ? '' : ` × ${amount} per ${per}${factor === undefined ? '' : ` × ${factor}`}`;
  const sum = cost === undefined ? '' : ` = ${cost}`;
  const from = priceId === undefined ? '' : `, ${safeText(priceId)}`;
  return `${safeText(quantity)} ${safeText(unit)}${price}${sum} (${status}${reason === undefined ? '' : `: ${safeText(reason)}`}${from})`;
}

type ItemSource = NonNullable<NonNullable<ExplainedSpan['decision']>['itemSource']>;

function itemSourceText(source: ItemSource | undefined): string {
  const texts: Readonly<Record<ItemSource, string>> = {
    span: 'named by the span',
    resource: 'named by its resource',
    id_from: 'named by a configured key',
    ancestor: 'named by an ancestor',
    trace: 'the only one of the trace',
  };
  return source === undefined ? 'source unknown' : texts[source];
}

function reasonText(reason: string): string {
  const meaning = explainReason(reason);
  return meaning === '' ? safeText(reason) : `${reason}: ${meaning}`;
}
