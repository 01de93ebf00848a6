import type { PanelRow } from './panel-row.ts';

const here = 'instance=~"$instance"';
const unpriced = 'status=~"unpriced|usage_missing|invalid_usage"';
const counted = 'status!~"aggregate|duplicate|non_billable"';

/** What work items cost, and how much of that is known. */
export const costPanels: readonly PanelRow[] = [
  {
    title: 'Cost',
    description: 'Everything in the ledger, by currency. Records and `costspan report` are exact; this is a float64.',
    ...{ show: 'number', unit: 'none', money: true },
    queries: [{ expression: `sum by (currency) (costspan_cost{${here}})`, legend: '{{currency}}' }],
  },
  {
    title: 'Cost per completed unit',
    description: 'Cost of items that ended well, divided by their number. Sums divided once, never a mean of ratios.',
    ...{ unit: 'none', money: true },
    queries: [
      {
        expression: `sum by (type, currency) (costspan_cost{${here}, completed="true"}) / on (type) group_left () sum by (type) (costspan_work_item_count{${here}, completed="true"})`,
        legend: '{{type}} {{currency}}',
      },
    ],
  },
  {
    title: 'Cost per completed unit, failures included',
    description: 'The same with what was spent on items that ended otherwise: what a success really takes.',
    ...{ unit: 'none', money: true },
    queries: [
      {
        expression: `sum by (type, currency) (costspan_cost{${here}, outcome!="(none)"}) / on (type) group_left () sum by (type) (costspan_work_item_count{${here}, completed="true"})`,
        legend: '{{type}} {{currency}}',
      },
    ],
  },
  {
    title: 'Cost by category',
    description: 'What is spent on models, tools, searches, people.',
    ...{ unit: 'none', money: true },
    queries: [{ expression: `sum by (category, currency) (costspan_cost{${here}})`, legend: '{{category}} {{currency}}' }],
  },
  {
    title: 'Cost by item type and outcome',
    description: '`(none)`: of spans without an item, or items without an outcome yet.',
    ...{ unit: 'none', money: true },
    queries: [{ expression: `sum by (type, outcome) (costspan_cost{${here}})`, legend: '{{type}} {{outcome}}' }],
  },
  {
    title: 'Cost by agent',
    description: 'The ten that cost most. Agents beyond the bound of series share `(others)`.',
    ...{ unit: 'none', money: true },
    queries: [{ expression: `topk(10, sum by (agent) (costspan_cost{${here}}))`, legend: '{{agent}}' }],
  },
  {
    title: 'Cost added in an hour',
    description: 'May fall: what is priced anew, or turns out to be a duplicate, is taken back.',
    ...{ unit: 'none', money: true },
    queries: [{ expression: `sum by (category) (delta(costspan_cost{${here}}[1h]))`, legend: '{{category}}' }],
  },
  {
    title: 'Cost of an item when it closes',
    description: 'Half of the items, and nine in ten, cost at most this much. Interpolated between the bounds of buckets.',
    ...{ unit: 'none', money: true },
    queries: [0.5, 0.9].map((quantile) => ({
      expression: `histogram_quantile(${quantile}, sum by (type, le) (costspan_work_item_total_bucket{${here}}))`,
      legend: `{{type}} ${quantile * 100} %`,
    })),
  },
  {
    title: 'Work items',
    description: 'Open: something may still come. Closed: they have an outcome and were quiet.',
    unit: 'none',
    queries: [
      {
        expression: `sum by (type, outcome, state) (costspan_work_item_count{${here}})`,
        legend: '{{type}} {{outcome}} {{state}}',
      },
    ],
  },
  {
    title: 'Completion',
    description: 'Share of items with an outcome that ended well. Read it beside the cost per completed unit.',
    unit: 'percentunit',
    queries: [
      {
        expression: `sum by (type) (costspan_work_item_count{${here}, completed="true"}) / sum by (type) (costspan_work_item_count{${here}, outcome!="(none)"})`,
        legend: '{{type}}',
      },
    ],
  },
  {
    title: 'Waste',
    description: 'Cost of calls that produced nothing: failed, repeated, thrown away. A part of the cost, not beside it.',
    ...{ unit: 'none', money: true },
    queries: [{ expression: `sum by (type, currency) (costspan_cost{${here}, waste="true"})`, legend: '{{type}} {{currency}}' }],
  },
  {
    title: 'Share of waste',
    description: 'Of what items of the type cost.',
    unit: 'percentunit',
    queries: [
      {
        expression: `sum by (type) (costspan_cost{${here}, waste="true"}) / (sum by (type) (costspan_cost{${here}}) > 0)`,
        legend: '{{type}}',
      },
    ],
  },
  {
    title: 'Priced share of cost-bearing spans',
    description: 'What is unpriced is missing in every amount here, never a zero in it.',
    ...{ show: 'number', unit: 'percentunit' },
    queries: [
      {
        expression: `1 - (sum(costspan_entry_count{${here}, ${unpriced}}) or vector(0)) / (sum(costspan_entry_count{${here}, ${counted}}) > 0)`,
        legend: 'priced',
      },
    ],
  },
  {
    title: 'Spans without a price, by reason',
    description: 'docs/metrics.md says what to do about each reason.',
    unit: 'none',
    queries: [{ expression: `sum by (category, reason) (costspan_spans_unpriced{${here}})`, legend: '{{category}} {{reason}}' }],
  },
  {
    title: 'Cost-bearing spans by status',
    description: 'How costs are known.',
    unit: 'none',
    queries: [{ expression: `sum by (status) (costspan_entry_count{${here}})`, legend: '{{status}}' }],
  },
  {
    title: 'Cost without an item',
    description: 'Of spans that named no work item and hang below none that did.',
    ...{ unit: 'none', money: true },
    queries: [{ expression: `sum by (category) (costspan_cost{${here}, type="(none)"})`, legend: '{{category}}' }],
  },
];
