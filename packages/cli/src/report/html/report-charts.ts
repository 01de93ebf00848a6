import type { LedgerReader } from '@costspan/collector-processor';
import { type CostSums, isUnknown, noSums, reportGroups } from '@costspan/ledger';
import { CATEGORIES } from '@costspan/semconv';
import { amountText } from '../amount-text.ts';
import type { Report } from '../report-data.ts';
import { safeText } from '../safe-text.ts';
import { cellsByCalendar } from '../time-groups.ts';
import { type CategoryBar, categoryBars, costOverTime, costSpread, type TimeSums } from './charts.ts';
import type { Markup } from './markup.ts';

/** A chart for a page and one for a phone. */
export type Chart = { readonly wide: Markup; readonly narrow: Markup };

/** The charts of a report; those that would have nothing to show are absent. */
export type ReportCharts = {
  readonly byCategory: Chart;
  readonly timeUnit: 'hour' | 'day';
  readonly overTime?: Chart;
  readonly spread?: Chart;
  /** One bar per row of the report, the dearest first. */
  readonly rows?: Chart;
};

/** Bars in the chart of rows. More would be a table, and that is below. */
const rowsMax = 15;
/** Up to this many hours the chart over time has a bar per hour, above it one per day. */
const hoursMax = 48;
/** A distribution of fewer items than this shows nothing that the rows do not. */
const spreadItemsMin = 10;

/** Draws the charts of a report. Reads sums over time from the ledger. */
export function reportCharts(reader: LedgerReader, report: Report): ReportCharts {
  const { currency } = report.header;
  const time = timesOf(reader, report);
  const rows = rowBars(report);
  const costs = report.items.map(({ record, sums }) => ({ type: safeText(record.item.type, 40), totalPico: sums.totalPico }));
  return {
    byCategory: inBothWidths((size) => categoryBars(categoriesOf(report.totals, currency), currency, size)),
    timeUnit: time.unit,
    ...(time.times.length > 1 && {
      overTime: inBothWidths((size) => costOverTime(time.times, time.unit, currency, size)),
    }),
    ...(costs.filter(({ totalPico }) => totalPico > 0n).length >= spreadItemsMin && {
      spread: inBothWidths((size) => costSpread(costs, currency, size)),
    }),
    ...(rows.length > 0 && { rows: inBothWidths((size) => categoryBars(rows, currency, size)) }),
  };
}

function inBothWidths(draw: (size: { readonly width: number }) => Markup): Chart {
  return { wide: draw({ width: 920 }), narrow: draw({ width: 360 }) };
}

function categoriesOf({ byCategory }: CostSums, currency: string): readonly CategoryBar[] {
  const fed = CATEGORIES.flatMap((category) => {
    const sum = byCategory[category];
    return sum === undefined ? [] : [{ category, sum }];
  });
  const write = amountText(
    currency,
    fed.map(({ sum }) => sum.amountPico),
  );
  return fed.map(({ category, sum }) => ({
    name: category,
    sums: { ...noSums, totalPico: sum.amountPico, byCategory: { [category]: sum } },
    amount: isUnknown(sum) ? `${sum.unpriced}?` : `${write(sum.amountPico)}${sum.unpriced === 0 ? '' : ` +${sum.unpriced}?`}`,
  }));
}

function rowBars(report: Report): readonly CategoryBar[] {
  const rows =
    report.by.by === 'item'
      ? report.items.map(({ record: { item }, sums }) => ({ name: `${item.type} ${item.id}`, sums }))
      : report.groups.map(({ value, sums }) => ({ name: value ?? '(none)', sums }));
  const dearest = [...rows]
    .sort(({ sums: one }, { sums: other }) => Number(other.totalPico > one.totalPico) - Number(other.totalPico < one.totalPico))
    .slice(0, rowsMax);
  const write = amountText(
    report.header.currency,
    dearest.map(({ sums }) => sums.totalPico),
  );
  // Two tenants may have an item of the same name; a bar needs a name of its own.
  const names = new Map<string, number>();
  return dearest.map(({ name, sums }) => {
    const times = (names.get(name) ?? 0) + 1;
    names.set(name, times);
    const unique = times === 1 ? name : `${name} (${times})`;
    return { name: safeText(unique), sums, amount: `${write(sums.totalPico)}${sums.unpricedSpans === 0 ? '' : ' +?'}` };
  });
}

function timesOf(
  reader: LedgerReader,
  { window, timeZone }: Report,
): { readonly unit: 'hour' | 'day'; readonly times: readonly TimeSums[] } {
  const quarters = reader.cells({ by: 'quarter_hour' }, window);
  const at = quarters.map(({ value = '0' }) => Number(value)).sort((one, other) => one - other);
  const hours = ((at.at(-1) ?? 0) - (at[0] ?? 0)) / 3_600;
  const unit = hours <= hoursMax ? 'hour' : 'day';
  const times = reportGroups(cellsByCalendar(quarters, unit, timeZone)).flatMap(({ value = '', sums }) => {
    // The page shows local days and hours; the chart places them as if they were UTC.
    const place = new Date(unit === 'hour' ? `${value}:00Z` : `${value}T00:00Z`);
    return Number.isNaN(place.getTime()) ? [] : [{ at: place, sums }];
  });
  return { unit, times };
}
