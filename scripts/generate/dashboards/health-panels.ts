import type { PanelRow } from './panel-row.ts';

const here = 'instance=~"$instance"';

/** A panel that shows how fast a counter grows. */
function rate(title: string, description: string, counter: string, by: string, unit: string = 'ops'): PanelRow {
  const labels = by.split(', ').map((label) => `{{${label}}}`);
  return {
    ...{ title, description, unit },
    queries: [{ expression: `sum by (${by}) (rate(${counter}{${here}}[$__rate_interval]))`, legend: labels.join(' ') }],
  };
}

function gauge(title: string, description: string, metric: string, unit: string, legend: string = '{{instance}}'): PanelRow {
  return { title, description, unit, queries: [{ expression: `${metric}{${here}}`, legend }] };
}

function quantiles(title: string, description: string, histogram: string, by: string): PanelRow {
  return {
    ...{ title, description, unit: 's' },
    queries: [0.5, 0.99].map((quantile) => ({
      expression: `histogram_quantile(${quantile}, sum by (${by}, le) (rate(${histogram}_bucket{${here}}[$__rate_interval])))`,
      legend: `{{${by}}} ${quantile * 100} %`,
    })),
  };
}

/** Whether the service takes, prices, keeps and sends everything. */
export const healthPanels: readonly PanelRow[] = [
  rate('Spans taken', 'Spans of acknowledged requests.', 'costspan_receiver_accepted_spans_total', 'instance'),
  rate(
    'Requests by answer',
    '200: taken. 429 and 503: come back later. Other 4xx: refused.',
    'costspan_receiver_requests_total',
    'signal, code',
  ),
  rate('Bytes received', 'After decompression.', 'costspan_receiver_request_bytes_total', 'signal', 'Bps'),
  quantiles(
    'Time to answer',
    'From the headers of a request to its answer.',
    'costspan_receiver_request_duration_seconds',
    'signal',
  ),
  rate('Spans priced', 'Acknowledged spans that got a price.', 'costspan_meter_priced_spans_total', 'instance'),
  rate('Spans unpriced', 'Acknowledged cost-bearing spans without a price.', 'costspan_meter_unpriced_spans_total', 'reason'),
  rate(
    'Unknown instrumentations',
    'Spans that look like model calls and that no dialect reads.',
    'costspan_meter_unknown_dialect_spans_total',
    'scope_name',
  ),
  rate('Facts committed', 'Span facts written to the ledger.', 'costspan_ledger_committed_facts_total', 'instance'),
  quantiles(
    'Time to commit',
    'Until facts are durable. Senders wait for it.',
    'costspan_ledger_commit_duration_seconds',
    'instance',
  ),
  gauge(
    'Spans out of the ordinary',
    'Over the life of the ledger file.',
    'costspan_ledger_exceptional_spans',
    'none',
    '{{kind}}',
  ),
  rate('Records sent', 'Cost records that every destination took.', 'costspan_records_sent_total', 'instance'),
  rate(
    'Records that could not be sent',
    'Rounds. They stay in the ledger and are sent again.',
    'costspan_records_send_failures_total',
    'instance',
  ),
  rate(
    'Items sent',
    'Spans, log records and data points a destination took.',
    'costspan_exporter_sent_items_total',
    'exporter, signal',
  ),
  rate('Items lost', 'Items a destination will never get.', 'costspan_exporter_send_failed_items_total', 'exporter, signal'),
  rate('Retries', 'Attempts after the first.', 'costspan_exporter_retries_total', 'exporter'),
  gauge(
    'Waiting bytes',
    'Requests waiting for a destination that is not required.',
    'costspan_exporter_queue_bytes',
    'bytes',
    '{{exporter}}',
  ),
  {
    title: 'Share of memory for requests in use',
    description: 'At 1 senders are told to come back.',
    unit: 'percentunit',
    queries: [
      { expression: `costspan_in_flight_bytes{${here}} / costspan_in_flight_bytes_limit{${here}}`, legend: '{{instance}}' },
    ],
  },
  gauge('Resident memory', 'Of the process.', 'costspan_process_resident_memory_bytes', 'bytes'),
  gauge('Event loop delay', '99th percentile since the last scrape.', 'costspan_event_loop_delay_p99_seconds', 's'),
  gauge('Age of the price book', 'By the date in its version.', 'costspan_price_book_age_seconds', 's'),
  gauge(
    'Age of the cost metrics',
    'Time since the ledger was last summed up for them.',
    'costspan_cost_metrics_age_seconds',
    's',
  ),
];
