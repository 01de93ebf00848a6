import type { CategorySum, CostSums } from '@costspan/ledger';
import { CATEGORIES, type Category } from '@costspan/semconv';
import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { type Markup, trustedMarkup } from './markup.ts';

/** Sums of a stretch of the calendar. */
export type TimeSums = { readonly at: Date; readonly sums: CostSums };

/** A bar: what it is called, what it is made of, and its exact amount as text. */
export type CategoryBar = { readonly name: string; readonly sums: CostSums; readonly amount: string };

export type ChartSize = { readonly width: number };

/**
 * Charts draw lengths, so amounts become doubles here and nowhere else; every figure that can be read is exact text.
 * Each chart is SVG in the colours of the page: `var(--llm)` and its like, and the colour of its text.
 */
export function costOverTime(times: readonly TimeSums[], unit: 'hour' | 'day', currency: string, size: ChartSize): Markup {
  const parts = times.flatMap(({ at, sums }) => partsOf(sums).map((part) => ({ ...part, at })));
  return draw({
    ...frame(size, 280),
    x: { label: null, type: 'utc' },
    y: { label: currency, grid: true, nice: true },
    color: categoryColors(parts),
    marks: [
      Plot.rectY(parts, {
        x: 'at',
        interval: Plot.utcInterval(unit),
        y: 'amount',
        fill: 'category',
        insetLeft: 0.5,
        insetRight: 0.5,
      }),
      Plot.ruleY([0]),
    ],
  });
}

/** One bar per name, made of categories, its amount behind it. */
export function categoryBars(bars: readonly CategoryBar[], currency: string, size: ChartSize): Markup {
  const isNarrow = size.width < 500;
  const parts = bars.flatMap(({ name, sums }) => partsOf(sums).map((part) => ({ ...part, name })));
  const names = bars.map(({ name }) => name);
  return draw({
    ...frame(size, 46 + bars.length * 24),
    marginLeft: isNarrow ? 104 : 170,
    marginRight: 84,
    x: { label: currency, grid: true, ticks: isNarrow ? 3 : 6 },
    y: { label: null, domain: names, tickFormat: (name: string) => shortened(name, isNarrow ? 15 : 26) },
    color: categoryColors(parts),
    marks: [
      Plot.barX(parts, { y: 'name', x: 'amount', fill: 'category', insetTop: 2, insetBottom: 2 }),
      Plot.text(bars, {
        y: 'name',
        x: ({ sums }: CategoryBar) => Math.max(0, toDouble(sums.totalPico)),
        text: 'amount',
        textAnchor: 'start',
        dx: 5,
        fill: 'currentColor',
      }),
      Plot.ruleX([0]),
    ],
  });
}

/** How many items cost how much, a row per type, on a logarithmic scale. Items that cost nothing or less have no place on it. */
export function costSpread(
  items: readonly { readonly type: string; readonly totalPico: bigint }[],
  currency: string,
  size: ChartSize,
): Markup {
  const costs = items
    .filter(({ totalPico }) => totalPico > 0n)
    .map(({ type, totalPico }) => ({ type, cost: toDouble(totalPico) }));
  const types = [...new Set(costs.map(({ type }) => type))].sort();
  return draw({
    ...frame(size, 60 + types.length * 90),
    marginRight: 84,
    x: { type: 'log', label: `${currency} per item`, ticks: size.width < 500 ? 4 : 8, tickFormat: '~g' },
    y: { label: 'items', grid: true, ticks: 3 },
    fy: { label: null },
    marks: [
      Plot.rectY(costs, {
        ...Plot.binX({ y: 'count' }, { x: 'cost', thresholds: logThresholds(costs.map(({ cost }) => cost)) }),
        fy: 'type',
        fill: 'var(--llm)',
      }),
      Plot.ruleY([0]),
    ],
  });
}

/** Six bins for each power of ten, from below the least to above the greatest. */
function logThresholds(costs: readonly number[]): number[] {
  const binsPerTen = 6;
  const least = Math.floor(Math.log10(costs.reduce((one, other) => Math.min(one, other), Number.MAX_VALUE)) * binsPerTen);
  const greatest = Math.ceil(Math.log10(costs.reduce((one, other) => Math.max(one, other), 0)) * binsPerTen);
  return Array.from({ length: Math.max(2, greatest - least + 1) }, (_, index) => 10 ** ((least + index) / binsPerTen));
}

type Part = { readonly category: Category; readonly amount: number };

function partsOf({ byCategory }: CostSums): readonly Part[] {
  return CATEGORIES.flatMap((category) => {
    const sum: CategorySum | undefined = byCategory[category];
    return sum === undefined || sum.amountPico === 0n ? [] : [{ category, amount: toDouble(sum.amountPico) }];
  });
}

function categoryColors(parts: readonly Part[]): Plot.ScaleOptions {
  const domain = CATEGORIES.filter((category) => parts.some((part) => part.category === category));
  return { type: 'ordinal', domain, range: domain.map((category) => `var(--${category})`) };
}

function frame({ width }: ChartSize, height: number): Plot.PlotOptions {
  return { document: parseHTML('<html><body></body></html>').document, width, height, style: { background: 'none' } };
}

function draw(options: Plot.PlotOptions): Markup {
  return trustedMarkup(Plot.plot(options).outerHTML);
}

function shortened(text: string, charactersMax: number): string {
  return text.length <= charactersMax ? text : `${text.slice(0, charactersMax - 1)}…`;
}

function toDouble(amountPico: bigint): number {
  return Number(amountPico) / 1e12;
}
