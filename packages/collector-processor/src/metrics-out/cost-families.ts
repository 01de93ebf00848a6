import { picoToDouble } from '@costspan/pricing';
import {
  METRIC_COSTSPAN_COST,
  METRIC_COSTSPAN_ENTRY_COUNT,
  METRIC_COSTSPAN_SPANS_UNPRICED,
  METRIC_COSTSPAN_WORK_ITEM_COUNT,
  METRIC_COSTSPAN_WORK_ITEM_TOTAL,
} from '@costspan/semconv';
import { costSeriesMax } from '../limits.ts';
import { bucketBounds } from '../store/cost-buckets.ts';
import type { ClosingCount, CostSums, EntrySum, ItemKind } from './cost-sums.ts';
import { type MetricFamily, prometheusName } from './metric-family.ts';
import { type BoundSeries, boundSeries, type Labels } from './series.ts';

/** Writes what a ledger adds up to as metrics. One is used for the life of a service, so that series keep their names. */
export type CostFamilies = (sums: CostSums) => readonly MetricFamily[];

/** Creates the writer of cost metrics, with at most `seriesMax` named series of each. */
export function createCostFamilies(seriesMax: number = costSeriesMax): CostFamilies {
  const ofItem = ['type', 'outcome', 'completed'];
  const bounds = {
    cost: boundSeries(seriesMax, [...ofItem, 'agent']),
    entries: boundSeries(seriesMax, [...ofItem, 'agent']),
    items: boundSeries(seriesMax, ofItem),
    closings: boundSeries(seriesMax, ofItem),
    unpriced: boundSeries(seriesMax, ['reason']),
  };
  return (sums) => {
    const { currency } = sums;
    const entries = [...sums.entries].sort((one, other) => other.entries - one.entries || (keyOf(one) < keyOf(other) ? -1 : 1));
    const unpriced = entries.filter(({ unpricedReasons }) => unpricedReasons !== '');
    return [
      gauge(
        METRIC_COSTSPAN_COST,
        'Cost by category, item type, outcome, agent and status. A trend, not for closing: records are exact.',
        bounds
          .cost(
            entries.filter(hasCost).map((sum) => ({ labels: { ...entryLabels(sum), currency }, value: sum.amountPico })),
            (one, other) => one + other,
          )
          .map(({ labels, value }) => ({ labels, value: picoToDouble(value) })),
      ),
      gauge(
        METRIC_COSTSPAN_ENTRY_COUNT,
        'Cost-bearing spans in the ledger by category, item type, outcome, agent and status.',
        bounds.entries(
          entries.map((sum) => ({ labels: entryLabels(sum), value: sum.entries })),
          addCounts,
        ),
      ),
      gauge(
        METRIC_COSTSPAN_WORK_ITEM_COUNT,
        'Work items by type, outcome and state.',
        bounds.items(
          sums.items.map((each) => ({ labels: { ...itemLabels(each), state: each.state }, value: each.items })),
          addCounts,
        ),
      ),
      histogram(bounds.closings, sums),
      gauge(
        METRIC_COSTSPAN_SPANS_UNPRICED,
        'Cost-bearing spans in the ledger without a price, by category and reason.',
        bounds.unpriced(
          unpriced.map((sum) => ({ labels: { category: sum.category, reason: sum.unpricedReasons }, value: sum.entries })),
          addCounts,
        ),
      ),
    ];
  };
}

type Series<Value> = { readonly labels: Labels; readonly value: Value };

/** What a label says where there is nothing: an empty label is no label to Prometheus. */
const none = '(none)';

function itemLabels({ type, outcome, completed }: ItemKind): Labels {
  return { type: type || none, outcome: outcome || none, completed: String(completed) };
}

function entryLabels(sum: EntrySum): Labels {
  const { category, status, agent, waste } = sum;
  return { category, ...itemLabels(sum), agent: agent || none, status, waste: String(waste) };
}

/** Unknown is not zero: what has no price has no cost to show, unless some of its lines have one. */
function hasCost({ status, amountPico }: EntrySum): boolean {
  return amountPico !== 0n || !['unpriced', 'usage_missing', 'invalid_usage', 'aggregate', 'duplicate'].includes(status);
}

function keyOf(sum: EntrySum): string {
  return JSON.stringify([sum.type, sum.outcome, sum.agent, sum.category, sum.status, sum.waste, sum.unpricedReasons]);
}

function addCounts(one: number, other: number): number {
  return one + other;
}

function gauge(id: string, help: string, series: readonly Series<number>[]): MetricFamily {
  return { name: prometheusName(id), help, type: 'gauge', values: series };
}

type Closed = { readonly buckets: readonly number[]; readonly items: number; readonly totalPico: bigint };

/** Prometheus counts an item in its bucket and in every larger one. */
function histogram(bound: BoundSeries, { closings, currency }: CostSums): MetricFamily {
  const name = prometheusName(METRIC_COSTSPAN_WORK_ITEM_TOTAL);
  const series = bound(
    closings.map((closing) => ({ labels: { ...itemLabels(closing), currency }, value: closedOf(closing) })),
    addClosed,
  );
  const values = series.flatMap(({ labels, value: { buckets, items, totalPico } }) => {
    let below = 0;
    const cumulative = bucketBounds.map((le, index) => {
      below += buckets[index] ?? 0;
      return { labels: { ...labels, le }, value: below, metricName: `${name}_bucket` };
    });
    return [
      ...cumulative,
      { labels: { ...labels, le: '+Inf' }, value: items, metricName: `${name}_bucket` },
      { labels, value: picoToDouble(totalPico), metricName: `${name}_sum` },
      { labels, value: items, metricName: `${name}_count` },
    ];
  });
  return { name, help: 'Cost of a work item when it closed.', type: 'histogram', values };
}

function closedOf({ bucket, items, totalPico }: ClosingCount): Closed {
  return { buckets: Array.from({ length: bucketBounds.length }, (_, index) => (index === bucket ? items : 0)), items, totalPico };
}

function addClosed(one: Closed, other: Closed): Closed {
  return {
    buckets: one.buckets.map((count, index) => count + (other.buckets[index] ?? 0)),
    items: one.items + other.items,
    totalPico: one.totalPico + other.totalPico,
  };
}
