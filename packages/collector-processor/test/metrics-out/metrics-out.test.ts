import { createTemporaryFolder, type OtlpSink, startOtlpSink, type TemporaryFolder, waitFor } from '@costspan/testkit';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseConfig } from '../../src/config/load.ts';
import { protobufToJson } from '../../src/otlp/json.ts';
import { type Service, serve } from '../../src/serve.ts';
import { openLedgerReader } from '../../src/store/ledger-reader.ts';
import { chatSpan, requestOf } from '../span-json.ts';

let folder: TemporaryFolder;
let sink: OtlpSink;
const open: Service[] = [];
beforeEach(async () => {
  folder = await createTemporaryFolder();
  sink = await startOtlpSink();
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((service) => service.close()));
  await sink.close();
  await folder.remove();
});

async function start(yaml: string, workers: string = '1'): Promise<Service> {
  const parsed = parseConfig(yaml, {}, { endpoint: '127.0.0.1:0', ledgerFile: folder.join('ledger.db'), workers });
  if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.issues));
  const service = await serve({ config: parsed.config });
  open.push(service);
  return service;
}

function sending(more = ''): string {
  return `
exporters: {otlp_http/sink: {endpoint: "${sink.url}", compression: none}}
service: {telemetry: {metrics: {exporters: [otlp_http/sink], interval: 1h${more}}}}`;
}

async function send(service: Service, count: number): Promise<void> {
  const spans = Array.from({ length: count }, (_, index) => chatSpan(index + 1, `T-${index % 3}`));
  const response = await fetch(`${service.url}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(requestOf(spans)),
  });
  expect(response.status).toBe(200);
}

type MetricJson = {
  readonly name: string;
  readonly sum?: {
    readonly dataPoints: readonly PointJson[];
    readonly aggregationTemporality: number;
    readonly isMonotonic?: boolean;
  };
  readonly histogram?: { readonly aggregationTemporality: number };
};
type PointJson = { readonly asDouble: number; readonly attributes: readonly AttributeJson[] };
type AttributeJson = { readonly key: string; readonly value: { readonly stringValue: string } };

/** The metrics of a request to the sink. */
function metricsOf(body: Uint8Array): { readonly service: readonly AttributeJson[]; readonly metrics: readonly MetricJson[] } {
  const read = protobufToJson('metrics', body);
  if (read.kind === 'invalid') throw new Error(read.problem);
  const [{ resource, scopeMetrics }] = JSON.parse(read.text).resourceMetrics;
  return { service: resource.attributes, metrics: scopeMetrics[0].metrics };
}

/** What the sink got when the service stopped: the last round. */
async function lastMetrics(): Promise<ReturnType<typeof metricsOf>> {
  await Promise.all(open.splice(0).map((service) => service.close()));
  const request = sink.requests.findLast(({ path }) => path === '/v1/metrics');
  if (request === undefined) throw new Error('the sink got no metrics');
  return metricsOf(request.body);
}

describe('metrics over OTLP', () => {
  test('are costs as sums that may fall, and agree with the records within 1e-9', async () => {
    const service = await start(sending());
    await send(service, 30);
    const { service: resource, metrics } = await lastMetrics();
    const reader = openLedgerReader(folder.join('ledger.db'));
    const { emitter } = reader.header;
    const exact = [...reader.records()].reduce((sum, { totalPico }) => sum + totalPico, 0n);
    reader.close();
    const cost = metrics.find(({ name }) => name === 'costspan.cost')?.sum;
    expect(cost).toMatchObject({ aggregationTemporality: 2 });
    expect(cost?.isMonotonic ?? false).toBe(false);
    const total = (cost?.dataPoints ?? []).reduce((sum, { asDouble }) => sum + asDouble, 0);
    expect(exact).toBeGreaterThan(0n);
    expect(Math.abs(total * 1e12 - Number(exact))).toBeLessThanOrEqual(Number(exact) * 1e-9);
    expect(resource).toContainEqual({ key: 'service.instance.id', value: { stringValue: emitter } });
    const keys = cost?.dataPoints.flatMap(({ attributes }) => attributes.map(({ key }) => key));
    expect([...new Set(keys)].sort()).toEqual(
      ['agent', 'category', 'completed', 'currency', 'outcome', 'status', 'type', 'waste'].sort(),
    );
    expect(JSON.stringify(metrics)).not.toContain('T-1');
  });

  test('are those of all network threads together, each counted once', async () => {
    const service = await start(sending(), '3');
    await send(service, 4);
    await send(service, 4);
    const { metrics } = await lastMetrics();
    const sumOf = (id: string): number =>
      (metrics.find(({ name }) => name === id)?.sum?.dataPoints ?? []).reduce((sum, { asDouble }) => sum + asDouble, 0);
    expect(sumOf('costspan_receiver_accepted_spans')).toBe(8);
    expect(sumOf('costspan.entry.count')).toBe(4);
  });

  test('whose destination is down do not hold up the end of the service', async () => {
    await sink.close();
    const service = await start(sending());
    await send(service, 1);
    await Promise.all(open.splice(0).map((each) => each.close()));
    await expect(fetch(service.url)).rejects.toThrow();
  });

  test('are what the service counts about itself too, in the words of /metrics', async () => {
    const service = await start(sending());
    await send(service, 2);
    const text = await (await fetch(`${service.url}/metrics`)).text();
    expect(text).toContain('costspan_receiver_accepted_spans_total 2');
    const { metrics } = await lastMetrics();
    expect(metrics.find(({ name }) => name === 'costspan_receiver_accepted_spans')?.sum).toMatchObject({
      ...{ aggregationTemporality: 2, isMonotonic: true },
      dataPoints: [{ asDouble: 2 }],
    });
    expect(metrics.find(({ name }) => name === 'costspan_receiver_request_duration_seconds')?.histogram).toBeDefined();
  });

  test('are differences for a destination that wants them, but for sums that may fall', async () => {
    const service = await start(sending(', temporality: {otlp_http/sink: delta}'));
    await send(service, 2);
    const { metrics } = await lastMetrics();
    expect(metrics.find(({ name }) => name === 'costspan_receiver_accepted_spans')?.sum?.aggregationTemporality).toBe(1);
    expect(metrics.find(({ name }) => name === 'costspan.cost')?.sum?.aggregationTemporality).toBe(2);
  });
});

describe('costs at /metrics', () => {
  test('are there after a restart as before it', async () => {
    const costs = async (service: Service): Promise<readonly string[]> => {
      const lines = (await (await fetch(`${service.url}/metrics`)).text()).split('\n');
      return lines.filter((line) => /^costspan_(cost|entry_count|work_item_count)\{/.test(line)).sort();
    };
    const first = await start('');
    await send(first, 5);
    const before = await waitFor('costs are shown', async () => {
      const lines = await costs(first);
      return lines.length > 0 && lines;
    });
    await first.close();
    expect(await costs(await start(''))).toEqual(before);
  });

  test('are absent where the ledger is off', async () => {
    const service = await start('');
    await service.close();
    const parsed = parseConfig('ledger: off', {}, { endpoint: '127.0.0.1:0' });
    if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.issues));
    const meter = await serve({ config: parsed.config });
    open.push(meter);
    const text = await (await fetch(`${meter.url}/metrics`)).text();
    expect(text).toContain('costspan_in_flight_bytes');
    expect(text).not.toContain('costspan_cost');
  });
});
