import { type CostSums, isUnknown, type TypeReport } from '@costspan/ledger';
import { shareOf } from '@costspan/pricing';
import { CATEGORIES } from '@costspan/semconv';
import { type AmountText, amountText, atLeastText } from '../amount-text.ts';
import { coverageText } from '../known-text.ts';
import type { Report } from '../report-data.ts';
import { byText, counted, headerLines } from '../report-header.ts';
import { safeText } from '../safe-text.ts';
import { html, type Markup, trustedMarkup } from './markup.ts';
import { pageStyle } from './page-style.ts';
import { gapsTable, itemsTable, knownTable, spreadTable, typesTable } from './page-tables.ts';
import type { ReportCharts } from './report-charts.ts';

export type PageOptions = {
  readonly charts: ReportCharts;
  /** Rows of items in the table. */
  readonly rowsMax: number;
};

/** The report as one HTML page: no script, nothing from elsewhere, charts as SVG with every figure beside them as text. */
export function reportPage(report: Report, { charts, rowsMax }: PageOptions): string {
  const { header, items, unpriced, unattributed } = report;
  const write = amountText(header.currency, [report.totals.totalPico]);
  const [title = '', ...about] = headerLines(report);
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${title}</title>
<style>${trustedMarkup(pageStyle)}</style>
</head>
<body>
<h1>${title}</h1>
${about.map((line) => html`<p class="quiet">${line}</p>`)}
${tiles(report, write)}
${report.types.length === 0 ? undefined : section('Cost per unit of work', typesTable(report))}
${section('By category', chart(charts.byCategory), notMeasured(report))}
${charts.overTime === undefined ? undefined : section(`By ${charts.timeUnit}`, categoryKey(report.totals), chart(charts.overTime))}
${charts.spread === undefined ? undefined : section('How much items cost', html`<p class="quiet">Each bar counts items; the scale is logarithmic.</p>`, chart(charts.spread), spreadTable(report))}
${charts.rows === undefined ? undefined : section(report.by.by === 'item' ? 'Dearest work items' : `By ${byText(report.by)}`, categoryKey(report.totals), chart(charts.rows))}
${items.length === 0 ? undefined : section('Work items', itemsTable(report, rowsMax))}
${section('How it is known', knownTable(report), html`<p>${coverageText(report.seen)}</p>`)}
${unpriced.length === 0 ? undefined : section('Not priced, so missing from the totals', gapsTable(unpriced))}
${unattributed.length === 0 ? undefined : section('No work item is known for these', gapsTable(unattributed, header.currency))}
<footer>${report.totals.unpricedSpans === 0 ? undefined : html`<p>“+2?” means: and two spans without a price, so the amount is a lower bound. “≥” means: at least, for the same reason.</p>`}<p>Amounts on this page are rounded for reading; <code>costspan report --json</code> has them exact. Charts draw lengths, and are for trends.</p></footer>
</body>
</html>
`;
  return page.markup;
}

function section(title: string, ...content: readonly (Markup | undefined)[]): Markup {
  return html`<section><h2>${title}</h2>${content}</section>`;
}

/** A chart in two widths: SVG text does not wrap, so a phone gets its own. */
function chart({ wide, narrow }: { readonly wide: Markup; readonly narrow: Markup }): Markup {
  return html`<figure><div class="wide">${wide}</div><div class="narrow">${narrow}</div></figure>`;
}

function tiles({ totals, items, types, header }: Report, write: AmountText): Markup {
  const known = totals.unpricedSpans === 0 ? undefined : `and ${counted(totals.unpricedSpans, 'span')} without a price`;
  const range = totals.lowPico === totals.highPico ? undefined : `${write(totals.lowPico)} to ${write(totals.highPico)}`;
  const waste = shareOf(totals.wastePico, totals.totalPico, 2);
  const completed = types.reduce((sum, type) => sum + type.completed, 0);
  const tile = (name: string, value: string, ...notes: readonly (string | undefined)[]): Markup =>
    html`<div><dt>${name}</dt><dd>${value}${notes.map((note) => (note === undefined ? undefined : html`<small>${note}</small>`))}</dd></div>`;
  return html`<dl class="tiles">
${tile(`Total, ${header.currency}`, isUnknown({ amountPico: totals.totalPico, unpriced: totals.unpricedSpans }) ? '?' : write(totals.totalPico), range, known)}
${tile('Work items', String(items.length), `${completed} completed`)}
${types.slice(0, 4).map((type) => tile(unitTitle(type), perCompleted(type, header.currency), `${type.completed} of ${type.attempted} (${type.completionRate} %)`))}
${tile('Of which waste', write(totals.wastePico), waste === undefined ? undefined : `${waste} % of the total`)}
</dl>`;
}

function unitTitle({ type, completedWord }: TypeReport): string {
  return `Per ${safeText(`${completedWord} ${type}`, 30)}`;
}

function perCompleted({ perCompletedPico, sums }: TypeReport, currency: string): string {
  if (perCompletedPico === undefined) return 'none completed';
  return atLeastText(perCompletedPico, sums, amountText(currency, [perCompletedPico]));
}

function categoryKey({ byCategory }: CostSums): Markup {
  const fed = CATEGORIES.filter((category) => byCategory[category] !== undefined);
  return html`<ul class="key">${fed.map((category) => html`<li><span style="background:var(--${category})"></span>${category}</li>`)}</ul>`;
}

function notMeasured({ notMeasured: missing }: Report): Markup | undefined {
  if (missing.length === 0) return undefined;
  return html`<p class="quiet">Not measured: ${missing.join(', ')}. No span fed ${missing.length === 1 ? 'it' : 'them'}, so the cost is unknown, not 0.</p>`;
}
