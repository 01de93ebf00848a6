import type { Gap } from '@costspan/collector-processor';
import { type CategorySum, isExcluded, isUnpriced, type TypeReport } from '@costspan/ledger';
import { CATEGORIES } from '@costspan/semconv';
import { type AmountText, amountText, atLeastText, sumText } from '../amount-text.ts';
import { knownMeaning } from '../known-text.ts';
import type { Report } from '../report-data.ts';
import { counted } from '../report-header.ts';
import { nameCharactersMax, safeText } from '../safe-text.ts';
import { html, type Markup } from './markup.ts';

type Cell = { readonly text: string; readonly is: 'name' | 'text' | 'amount' };

/** What units of each type cost. */
export function typesTable({ types, header }: Report): Markup {
  const write = amountText(
    header.currency,
    types.flatMap(({ perCompletedPico, perAttemptedPico }) => [perCompletedPico ?? 0n, perAttemptedPico]),
  );
  const withCorrect = types.some(({ judged }) => judged !== undefined);
  const heads = [
    name('type'),
    ...['attempted', 'completed', 'rate', 'per completed unit', 'per attempted'].map(amount),
    ...(withCorrect ? [amount('per correct unit')] : []),
    ...['visible (llm)', 'hidden', 'waste'].map(amount),
  ];
  const rows = types.map((type) => [
    name(safeText(type.type)),
    ...[String(type.attempted), String(type.completed), `${type.completionRate} %`].map(amount),
    amount(type.perCompletedPico === undefined ? 'none completed' : atLeastText(type.perCompletedPico, type.sums, write)),
    amount(atLeastText(type.perAttemptedPico, type.sums, write)),
    ...(withCorrect ? [amount(correctText(type, write))] : []),
    ...[type.shares?.visible, type.shares?.hidden, type.shares?.waste].map((share) =>
      amount(share === undefined ? '' : `${share} %`),
    ),
  ]);
  return table(heads, rows);
}

function correctText({ judged, sums }: TypeReport, write: AmountText): string {
  if (judged === undefined) return 'not measured';
  const { correct, units, perCorrectPico } = judged;
  return `${perCorrectPico === undefined ? 'none correct' : atLeastText(perCorrectPico, sums, write)} (${correct} of ${units})`;
}

/** How unequal the items of each type are. */
export function spreadTable({ types, header }: Report): Markup {
  const write = amountText(
    header.currency,
    types.map(({ spread }) => spread.dearestPico),
  );
  const rows = types.map(({ type, spread, sums }) => [
    name(safeText(type)),
    ...[spread.medianPico, spread.ninetiethPico, spread.dearestPico].map((cost) => amount(atLeastText(cost, sums, write))),
    amount(spread.dearestTenthShare === undefined ? '' : `${spread.dearestTenthShare} %`),
  ]);
  const heads = ['half cost at most', 'nine of ten cost at most', 'dearest', 'dearest tenth carries'].map(amount);
  return table([name('type'), ...heads], rows);
}

/** The dearest items, with what each category cost. */
export function itemsTable({ items, totals, header }: Report, rowsMax: number): Markup {
  const fed = CATEGORIES.filter((category) => totals.byCategory[category] !== undefined);
  const shown = items.slice(0, rowsMax);
  const write = amountText(
    header.currency,
    shown.map(({ sums }) => sums.totalPico),
  );
  const cell = (sum: CategorySum | undefined): Cell => amount(sum === undefined ? '' : sumText(sum, write));
  const rows = shown.map(({ record: { item, outcome, state }, sums }) => [
    name(safeText(item.tenant === 'default' ? `${item.type} ${item.id}` : `${item.tenant} · ${item.type} ${item.id}`)),
    ...fed.map((category) => cell(sums.byCategory[category])),
    amount(sumText({ amountPico: sums.totalPico, unpriced: sums.unpricedSpans }, write)),
    amount(sums.wastePico === 0n ? '' : write(sums.wastePico)),
    text(safeText(outcome?.value ?? (state === 'open' ? '(open)' : ''), nameCharactersMax)),
  ]);
  const heads = [name('work item'), ...fed.map(amount), amount('total'), amount('of which waste'), text('outcome')];
  const hidden = items.length - shown.length;
  const more =
    hidden === 0 ? undefined : html`<p class="quiet">${counted(hidden, 'cheaper work item')} not shown but in the totals.</p>`;
  return html`${table(heads, rows)}${more}`;
}

/** The total by how it is known, with the bounds of each part. */
export function knownTable({ known, header }: Report): Markup {
  const write = amountText(
    header.currency,
    known.map(({ amountPico }) => amountPico),
  );
  const rows = known.map(({ status, entries, amountPico, lowPico, highPico }) => [
    name(knownMeaning(status)),
    amount(String(entries)),
    amount(isExcluded(status) ? '' : sumText({ amountPico, unpriced: isUnpriced(status) ? entries : 0 }, write)),
    amount(lowPico === highPico ? '' : `${write(lowPico)} to ${write(highPico)}`),
  ]);
  return table([name('cost'), amount('spans'), amount(header.currency), amount('can be')], rows);
}

/** What is not known, by reason and source. */
export function gapsTable(gaps: readonly Gap[], currency?: string): Markup {
  const write =
    currency === undefined
      ? undefined
      : amountText(
          currency,
          gaps.map(({ amountPico }) => amountPico),
        );
  const heads = [name('reason'), text('from'), amount('spans'), ...(currency === undefined ? [] : [amount(currency)])];
  const rows = gaps.map(({ reason, category, provider, model, entries, unpriced, amountPico }) => [
    name(safeText(reason)),
    text(safeText([category, [provider, model].filter((part) => part !== '').join('/')].join(' ').trim(), 60)),
    amount(String(entries)),
    ...(write === undefined ? [] : [amount(sumText({ amountPico, unpriced }, write))]),
  ]);
  return table(heads, rows);
}

function table(heads: readonly Cell[], rows: readonly (readonly Cell[])[]): Markup {
  return html`<div class="scroll"><table><thead><tr>${heads.map((cell) => html`<th class="${cell.is}">${cell.text}</th>`)}</tr></thead>
<tbody>${rows.map(
    (row) => html`<tr>${row.map((cell) => html`<td class="${cell.is}">${cell.text}</td>`)}</tr>
`,
  )}</tbody></table></div>`;
}

const name = (cell: string): Cell => ({ text: cell, is: 'name' });
const text = (cell: string): Cell => ({ text: cell, is: 'text' });
const amount = (cell: string): Cell => ({ text: cell, is: 'amount' });
