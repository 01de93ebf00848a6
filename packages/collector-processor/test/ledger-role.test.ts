import { createTemporaryFolder, startOtlpSink, type TemporaryFolder } from '@costspan/testkit';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseConfig } from '../src/config/load.ts';
import { encodeLogEvents } from '../src/otlp/log-events.ts';
import { visitLogRecords } from '../src/otlp/visit-log-records.ts';
import { type Service, serve } from '../src/serve.ts';
import { openLedgerReader } from '../src/store/ledger-reader.ts';
import { chatSpan, requestOf, type SpanJson } from './span-json.ts';

let folder: TemporaryFolder;
const open: Service[] = [];
beforeEach(async () => {
  folder = await createTemporaryFolder();
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((service) => service.close()));
  await folder.remove();
});

async function start(ledger: string, yaml = ''): Promise<Service> {
  const parsed = parseConfig(yaml, {}, { endpoint: '127.0.0.1:0', ledgerFile: folder.join(ledger) });
  if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.issues));
  const service = await serve({ config: parsed.config });
  open.push(service);
  return service;
}

/** A meter whose entries go to another ledger. */
function meterTo(url: string, type: 'otlp_http' | 'otlp_grpc' = 'otlp_http', headers = ''): string {
  const exporter = `{endpoint: "${url}", timeout: 1s, retry_on_failure: {enabled: false}${headers}}`;
  return `
exporters: {${type}/ledger: ${exporter}}
records: {entries: [${type}/ledger], interval: 1h}
`;
}

async function send(url: string, spans: readonly SpanJson[]): Promise<number> {
  const body = JSON.stringify(requestOf(spans));
  return (await fetch(`${url}/v1/traces`, { method: 'POST', headers: { 'content-type': 'application/json' }, body })).status;
}

/** Total of each item in a ledger file, in pico units. */
function totals(ledger: string): Readonly<Record<string, bigint>> {
  const reader = openLedgerReader(folder.join(ledger));
  const records = [...reader.records()].map(({ item, totalPico }) => [`${item.tenant} ${item.id}`, totalPico] as const);
  reader.close();
  return Object.fromEntries(records);
}

// 1,000 input tokens at $1.25 and 100 output tokens at $10 a million: $0.00225.
const chatPico = 2_250_000_000n;

describe('one ledger for many meters', () => {
  test.each(['otlp_http', 'otlp_grpc'] as const)('takes what they decided over %s, as often as it comes', async (type) => {
    const grpc = 'receivers: {otlp: {protocols: {http: {endpoint: "127.0.0.1:0"}, grpc: {endpoint: "127.0.0.1:0"}}}}';
    const central = await start('central.db', grpc);
    const url = type === 'otlp_http' ? central.url : (central.grpcUrl ?? '');
    const one = await start('one.db', meterTo(url, type));
    const other = await start('other.db', meterTo(url, type));
    expect(await send(one.url, [chatSpan(1, 'T-1')])).toBe(200);
    expect(await send(other.url, [chatSpan(2, 'T-1'), chatSpan(3, 'T-2')])).toBe(200);
    expect([await one.flush(), await other.flush()]).toEqual([true, true]);
    expect(totals('central.db')).toEqual({ 'default T-1': 2n * chatPico, 'default T-2': chatPico });
    // What was delivered is not sent again; what is sent again changes nothing.
    expect(await send(one.url, [chatSpan(1, 'T-1')])).toBe(200);
    expect(await one.flush()).toBe(true);
    expect(totals('central.db')).toEqual({ 'default T-1': 2n * chatPico, 'default T-2': chatPico });
  });

  test('gets everything later when it was down', async () => {
    const central = await start('central.db');
    const { url } = central;
    await central.close();
    const meter = await start('meter.db', meterTo(url));
    expect(await send(meter.url, [chatSpan(1, 'T-1')])).toBe(200);
    expect(await meter.flush()).toBe(false);
    await meter.close();
    const again = await start('central.db');
    const same = await start('meter.db', meterTo(again.url));
    expect(await same.flush()).toBe(true);
    expect(totals('central.db')).toEqual({ 'default T-1': chatPico });
  });

  test('also gets what a meter had decided before its entries went anywhere', async () => {
    const meter = await start('meter.db');
    expect(await send(meter.url, [chatSpan(1, 'T-1')])).toBe(200);
    await meter.close();
    const central = await start('central.db');
    const same = await start('meter.db', meterTo(central.url));
    expect(await same.flush()).toBe(true);
    expect(totals('central.db')).toEqual({ 'default T-1': chatPico });
  });

  test('says which of its ledgers is only a part of the whole', async () => {
    const central = await start('central.db');
    await start('meter.db', meterTo(central.url));
    const partial = (ledger: string): boolean => {
      const reader = openLedgerReader(folder.join(ledger));
      reader.close();
      return reader.header.isPartial;
    };
    expect([partial('central.db'), partial('meter.db')]).toEqual([false, true]);
  });
});

describe('who may say what something cost', () => {
  const keys = `
tenants: {keys: [{tenant: acme, key: k1}, {tenant: "*", key: k2}], trust: {acme: {entries: true}}}
trust: {entries: true}
`;

  test('a sender without trust is refused, and what it decided stays with it', async () => {
    const central = await start('central.db', 'trust: {entries: false}');
    const meter = await start('meter.db', meterTo(central.url));
    await send(meter.url, [chatSpan(1, 'T-1')]);
    expect(await meter.flush()).toBe(false);
    expect(totals('central.db')).toEqual({});
  });

  test('a key of one tenant speaks for that tenant only', async () => {
    const central = await start('central.db', keys);
    const meter = await start('meter.db', meterTo(central.url, 'otlp_http', ', headers: {x-api-key: k1}'));
    await send(meter.url, [chatSpan(1, 'T-1')]);
    expect(await meter.flush()).toBe(true);
    expect(totals('central.db')).toEqual({});
  });

  test('a key of every tenant speaks for all', async () => {
    const central = await start('central.db', keys);
    const meter = await start('meter.db', meterTo(central.url, 'otlp_http', ', headers: {x-api-key: k2}'));
    await send(meter.url, [chatSpan(1, 'T-1')]);
    expect(await meter.flush()).toBe(true);
    expect(totals('central.db')).toEqual({ 'default T-1': chatPico });
  });
});

test('log records that are for somebody else pass through, and those for the ledger do not', async () => {
  await using sink = await startOtlpSink();
  const central = await start(
    'central.db',
    `
exporters: {otlp_http/sink: {endpoint: "${sink.url}", compression: none}}
service: {logs: {exporters: [otlp_http/sink]}}
`,
  );
  const event = { timeUnixNs: 1n, severityNumber: 9, body: 'text', attributes: [] };
  const body = encodeLogEvents({ resourceAttributes: [], scopeName: 'app', scopeVersion: '1' }, [
    { ...event, eventName: 'app.started' },
    { ...event, eventName: 'costspan.entry' },
    { ...event, eventName: '' },
  ]);
  const answer = await fetch(`${central.url}/v1/logs`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-protobuf', accept: 'application/json' },
    body,
  });
  expect(answer.status).toBe(200);
  expect(Buffer.from(await answer.arrayBuffer()).toString()).toContain('expected costspan.entry.json, found none');
  const names: string[] = [];
  visitLogRecords(sink.accepted('logs')[0]?.body ?? Buffer.alloc(0), ({ eventName }) => names.push(eventName));
  expect(names).toEqual(['app.started', '']);
});
