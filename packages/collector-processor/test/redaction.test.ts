import { writeFile } from 'node:fs/promises';
import { createTemporaryFolder, type OtlpSink, startOtlpSink, type TemporaryFolder } from '@costspan/testkit';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseConfig } from '../src/config/load.ts';
import { visitLogRecords } from '../src/otlp/visit-log-records.ts';
import { type Service, serve } from '../src/serve.ts';
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

// Prices nobody would find in the bytes by chance.
const contract = `
book: ours
version: "2026-01-01"
currency: USD
layer: contract
prices:
  - {id: ours/in, provider: openai, match: {exact: gpt-5}, unit: input_text_tokens, amount: "1.7171", per: "1000000", status: contract}
  - {id: ours/out, provider: openai, match: {exact: gpt-5}, unit: output_text_tokens, amount: "9.2929", per: "1000000", status: contract}
  - {id: ours/refund, provider: stripe, match: {exact: refund}, unit: tool_calls, amount: "0.2727", per: "1", status: contract}
roles: [{role: reviewer, hourly: "61.20"}]
`;

const item = { 'costspan.work_item.type': 'ticket', 'costspan.work_item.id': 'T-1' };
const refund: SpanJson = {
  name: 'refund',
  spanId: '00000000000000a1',
  attributes: { ...item, 'costspan.category': 'tool', 'costspan.sku': 'stripe/refund', 'costspan.usage.tool_calls': 1 },
  events: [
    {
      name: 'costspan.budget',
      attributes: {
        'costspan.budget.decision': 'commit',
        'costspan.budget.name': 'per-ticket',
        'costspan.budget.amount': '0.2727',
        'costspan.budget.limit': '5',
        'costspan.budget.committed': '0.2727',
        'costspan.budget.reserved': '1.02',
        'costspan.budget.elapsed_ms': 60_000,
        'costspan.own': 'at 9.2929',
      },
    },
  ],
};
const review: SpanJson = {
  name: 'review',
  spanId: '00000000000000a2',
  attributes: {
    ...item,
    'costspan.category': 'human',
    'costspan.human.role': 'reviewer',
    'costspan.human.touch_ms': 60_000,
    'costspan.human.wait_ms': 7_654_321,
  },
};

// Under the contract 1,000 x 1.7171 + 100 x 9.2929 a million; in the catalog 1,000 x 0.15 + 100 x 0.6.
const amounts = { contract: '0.00264639', catalog: '0.00021', tool: '0.2727', human: '1.02' };

/** Sends the same four spans to a service whose records or entries go to one destination. */
async function bytesFor(sink: OtlpSink, list: 'exporters' | 'entries', redact: string): Promise<Uint8Array> {
  await writeFile(folder.join('ours.yaml'), contract);
  const parsed = parseConfig(
    `
exporters: {otlp_http/sink: {endpoint: "${sink.url}", compression: none}}
pricing: {books: ["${folder.join('ours.yaml')}"]}
records: {${list}: [otlp_http/sink], interval: 1h, redact: {otlp_http/sink: [${redact}]}}`,
    {},
    { endpoint: '127.0.0.1:0', ledgerFile: folder.join('ledger.db') },
  );
  if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.issues));
  expect(parsed.warnings).toEqual([]);
  const service = await serve({ config: parsed.config });
  open.push(service);
  const spans = [chatSpan(1, 'T-1'), chatSpan(2, 'T-1', 'gpt-4o-mini'), refund, review];
  const answer = await fetch(`${service.url}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(requestOf(spans)),
  });
  expect(answer.status).toBe(200);
  expect(await service.flush()).toBe(true);
  const [request] = sink.accepted('logs');
  if (request === undefined) throw new Error('nothing was sent');
  return request.body;
}

type Attributes = Readonly<Record<string, unknown>>;

function eventsIn(body: Uint8Array): readonly { readonly name: string; readonly attributes: Attributes }[] {
  const events: { name: string; attributes: Attributes }[] = [];
  visitLogRecords(body, (record) => {
    events.push({ name: record.eventName, attributes: Object.fromEntries(record.attributes()) });
  });
  return events;
}

/** What the entries say of amount and usage, by span. */
function entriesIn(body: Uint8Array): Readonly<Record<string, Attributes>> {
  const told = /^costspan\.(entry\.amount|cost\.(low|high|price_ids)|usage\..*|record\.redacted|entry\.json)$/;
  return Object.fromEntries(
    eventsIn(body)
      .filter(({ name }) => name === 'costspan.entry')
      .map(({ attributes }) => [
        String(attributes['costspan.entry.span_id']).replace(/^0+/, ''),
        Object.fromEntries(Object.entries(attributes).filter(([key]) => told.test(key))),
      ]),
  );
}

const text = (body: Uint8Array): string => Buffer.from(body).toString('latin1');
const redacted = (parts: string): Attributes => ({ 'costspan.record.redacted': parts });
const tokens = { 'costspan.usage.input_text_tokens': 1_000, 'costspan.usage.output_text_tokens': 100 };
const ofCatalog = {
  'costspan.entry.amount': amounts.catalog,
  'costspan.cost.price_ids': expect.stringContaining('gpt-4o-mini'),
  ...tokens,
};

describe('entries', () => {
  test('without redaction carry the whole receipt, so that what follows is no accident', async () => {
    await using sink = await startOtlpSink();
    const body = await bytesFor(sink, 'entries', '');
    for (const secret of ['1.7171', '9.2929', '0.2727', '1.02', '7654321', 'ours/in']) expect(text(body)).toContain(secret);
    expect(text(body)).not.toContain('redacted');
  });

  test('rates: unit prices stay here, and so does whatever an amount could be divided by', async () => {
    await using sink = await startOtlpSink();
    const body = await bytesFor(sink, 'entries', 'rates');
    expect(entriesIn(body)).toEqual({
      1: { 'costspan.entry.amount': amounts.contract, ...redacted('rates') },
      2: { 'costspan.entry.amount': amounts.catalog, ...redacted('rates') },
      // One call at a price per call: the amount is the price.
      a1: redacted('rates'),
      a2: { 'costspan.entry.amount': amounts.human, ...redacted('rates') },
    });
    for (const secret of ['1.7171', '9.2929', '0.2727', '61.2', '7654321', '60000', 'ours/in', 'usage.']) {
      expect(text(body)).not.toContain(secret);
    }
  });

  test('contract_prices: the same for what a book above the catalog priced, all of what the catalog priced', async () => {
    await using sink = await startOtlpSink();
    const body = await bytesFor(sink, 'entries', 'contract_prices');
    expect(entriesIn(body)).toEqual({
      1: { 'costspan.entry.amount': amounts.contract, ...redacted('contract_prices') },
      2: { ...ofCatalog, ...redacted('contract_prices') },
      a1: redacted('contract_prices'),
      a2: { 'costspan.entry.amount': amounts.human, ...redacted('contract_prices') },
    });
    for (const secret of ['1.7171', '9.2929', '0.2727', 'ours/', '7654321']) expect(text(body)).not.toContain(secret);
  });

  test('human_amounts: neither what people cost nor how long they worked', async () => {
    await using sink = await startOtlpSink();
    const body = await bytesFor(sink, 'entries', 'human_amounts');
    expect(entriesIn(body)).toEqual({
      1: {
        'costspan.entry.amount': amounts.contract,
        'costspan.cost.price_ids': 'ours/in,ours/out',
        ...tokens,
        ...redacted('human_amounts'),
      },
      2: { ...ofCatalog, ...redacted('human_amounts') },
      a1: {
        'costspan.entry.amount': amounts.tool,
        'costspan.cost.price_ids': 'ours/refund',
        'costspan.usage.tool_calls': 1,
        ...redacted('human_amounts'),
      },
      a2: { 'costspan.cost.price_ids': expect.any(String), ...redacted('human_amounts') },
    });
    for (const secret of ['1.02', '61.2', '60000', '7654321', 'human_ms']) expect(text(body)).not.toContain(secret);
  });

  test.each([
    ['', ['amount', 'committed', 'reserved', 'elapsed_ms']],
    ['rates', []],
    ['contract_prices', []],
    ['human_amounts', []],
  ])(
    '%s: a decision tells what a budget is, and amounts, times and texts of others only without redaction',
    async (part, told) => {
      await using sink = await startOtlpSink();
      const body = await bytesFor(sink, 'entries', part);
      const [audit, ...more] = eventsIn(body).filter(({ name }) => name === 'costspan.audit');
      expect(more).toEqual([]);
      const whole = ['costspan.own', 'costspan.audit.at', 'costspan.audit.json'];
      expect(Object.keys(audit?.attributes ?? {}).sort()).toEqual(
        [
          ...['decision', 'name', 'limit', ...told].map((key) => `costspan.budget.${key}`),
          ...['audit.event', 'entry.span_id', 'record.emitter'].map((key) => `costspan.${key}`),
          ...['tenant', 'type', 'id'].map((key) => `costspan.work_item.${key}`),
          ...(part === '' ? whole : ['costspan.record.redacted']),
        ].sort(),
      );
    },
  );

  test('are refused by a ledger, which would take what it does not see for nothing', async () => {
    await using sink = await startOtlpSink();
    const body = await bytesFor(sink, 'entries', 'rates');
    const central = await serve({ config: configOf(`trust: {entries: true}`, 'central.db') });
    open.push(central);
    const answer = await fetch(`${central.url}/v1/logs`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-protobuf' },
      body: Buffer.from(body),
    });
    expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining('cannot be booked')]);
  });
});

function configOf(yaml: string, ledger: string) {
  const parsed = parseConfig(yaml, {}, { endpoint: '127.0.0.1:0', ledgerFile: folder.join(ledger) });
  if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.issues));
  return parsed.config;
}

describe('records', () => {
  const recordIn = (body: Uint8Array): Attributes => {
    const told = /^costspan\.(total\.|record\.(redacted|complete|coverage|last_span_at))/;
    const [event] = eventsIn(body);
    return Object.fromEntries(Object.entries(event?.attributes ?? {}).filter(([key]) => told.test(key)));
  };
  const whole = {
    'costspan.total.amount': 1.29555639,
    'costspan.total.exact': '1.29555639',
    'costspan.total.low': '1.29555639',
    'costspan.total.high': '1.29555639',
    'costspan.total.waste': '0',
    'costspan.total.category.human': amounts.human,
    'costspan.total.category.llm': '0.00285639',
    'costspan.total.category.tool': amounts.tool,
    'costspan.record.complete': true,
  };

  test.each(['rates', 'contract_prices'])('%s: no usage, no number of calls and no duration', async (part) => {
    await using sink = await startOtlpSink();
    const body = await bytesFor(sink, 'exporters', part);
    expect(recordIn(body)).toEqual({ ...whole, ...redacted(part) });
    expect(text(body)).not.toContain('usage.');
  });

  test('human_amounts: totals without people, marked as incomplete', async () => {
    await using sink = await startOtlpSink();
    const body = await bytesFor(sink, 'exporters', 'human_amounts');
    const total = '0.27555639';
    expect(recordIn(body)).toEqual({
      'costspan.total.amount': 0.27555639,
      'costspan.total.exact': total,
      'costspan.total.low': total,
      'costspan.total.high': total,
      'costspan.total.waste': '0',
      'costspan.total.category.llm': '0.00285639',
      'costspan.total.category.tool': amounts.tool,
      'costspan.total.usage.input_text_tokens': '2000',
      'costspan.total.usage.output_text_tokens': '200',
      'costspan.total.usage.tool_calls': '1',
      'costspan.total.spans.priced': 4,
      'costspan.record.coverage': '1',
      'costspan.record.last_span_at': expect.anything(),
      'costspan.record.complete': false,
      ...redacted('human_amounts'),
    });
    expect(text(body)).toContain('ticket T-1 cost 0.27555639 USD without what people cost');
    for (const secret of ['1.02', '1.29', 'human_ms', '60000']) expect(text(body)).not.toContain(secret);
  });

  test('go to each destination as it may see them', async () => {
    await using one = await startOtlpSink();
    await using other = await startOtlpSink();
    const service = await serve({
      config: configOf(
        `
exporters: {otlp_http/one: {endpoint: "${one.url}"}, otlp_http/other: {endpoint: "${other.url}"}}
records: {exporters: [otlp_http/one, otlp_http/other], interval: 1h, redact: {otlp_http/other: [rates]}}`,
        'ledger.db',
      ),
    });
    open.push(service);
    const body = JSON.stringify(requestOf([chatSpan(1, 'T-1')]));
    await fetch(`${service.url}/v1/traces`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    other.enqueue({ status: 503 });
    // Until both have it, it stays in the ledger.
    expect([await service.flush(), await service.flush()]).toEqual([false, true]);
    const redactions = [one, other].map((sink) =>
      sink.accepted('logs').map((request) => recordIn(request.body)['costspan.record.redacted']),
    );
    expect(redactions).toEqual([[undefined, undefined], ['rates']]);
  });
});
