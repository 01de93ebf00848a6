import { createTemporaryFolder, type TemporaryFolder } from '@costspan/testkit';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseConfig } from '../src/config/load.ts';
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

async function start(yaml = ''): Promise<Service> {
  const parsed = parseConfig(yaml, {}, { endpoint: '127.0.0.1:0', ledgerFile: folder.join('ledger.db') });
  if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.issues));
  const service = await serve({ config: parsed.config });
  open.push(service);
  return service;
}

type Times = { readonly startTimeUnixNano?: string; readonly endTimeUnixNano?: string };

/** Sends one span in a trace of its own. */
async function send(service: Service, span: SpanJson, times: Times = {}): Promise<number> {
  const request = JSON.parse(JSON.stringify(requestOf([span])));
  const [sent] = request.resourceSpans[0].scopeSpans[0].spans;
  Object.assign(sent, { traceId: span.spanId.padStart(32, 'a') }, times);
  const answer = await fetch(`${service.url}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(request),
  });
  return answer.status;
}

/** Total of each item in pico units, by id, and what of the ledger contradicts itself. */
async function outcome(): Promise<{ readonly totals: Readonly<Record<string, bigint>>; readonly problems: readonly string[] }> {
  await Promise.all(open.splice(0).map((service) => service.close()));
  const reader = openLedgerReader(folder.join('ledger.db'));
  const totals = Object.fromEntries([...reader.records()].map(({ item, totalPico }) => [item.id, totalPico]));
  const { problems } = reader.verify();
  reader.close();
  return { totals, problems };
}

// 1,000 input tokens at $1.25 and 100 output tokens at $10 a million: $0.00225.
const chatPico = 2_250_000_000n;
const yearNs = 365n * 86_400n * 1_000_000_000n;
const nowNs = BigInt(Date.now()) * 1_000_000n;

describe('times that cannot be', () => {
  test.each<[string, bigint, bigint]>([
    ['a clock a year ahead', nowNs + yearNs, nowNs + yearNs + 1n],
    ['a clock a year behind', nowNs - yearNs, nowNs - yearNs + 1n],
    ['an end a year before the start', nowNs, nowNs - yearNs],
    ['no start', 0n, nowNs],
    ['no times at all', 0n, 0n],
    ['the last nanosecond a ledger can hold', 2n ** 63n - 2n, 2n ** 63n - 1n],
    ['nanoseconds a ledger cannot hold', 2n ** 63n, 2n ** 64n - 1n],
  ])('%s: what the span used is counted, and nobody else is kept waiting', async (_, startNs, endNs) => {
    const service = await start();
    const times = { startTimeUnixNano: String(startNs), endTimeUnixNano: String(endNs) };
    expect(await send(service, chatSpan(1, 'T-odd'), times)).toBe(200);
    expect(await send(service, chatSpan(2, 'T-odd'))).toBe(200);
    expect(await send(service, chatSpan(3, 'T-good'))).toBe(200);
    expect(await service.flush()).toBe(true);
    const { totals, problems } = await outcome();
    expect(problems).toEqual([]);
    expect(totals['T-good']).toBe(chatPico);
    expect(totals['T-odd']).toBeGreaterThanOrEqual(chatPico);
  });

  test('an outcome at an instant that no ledger can hold', async () => {
    const service = await start();
    const more = { 'costspan.work_item.outcome': 'resolved', 'costspan.work_item.outcome_at': '9999999999999999999' };
    expect(await send(service, chatSpan(1, 'T-odd', 'gpt-5', more))).toBe(200);
    expect(await send(service, chatSpan(2, 'T-good'))).toBe(200);
    expect(await service.flush()).toBe(true);
    expect(await outcome()).toEqual({ totals: { 'T-odd': chatPico, 'T-good': chatPico }, problems: [] });
  });
});

describe('contradictions', () => {
  const declared = (amount: string, currency: string) => ({
    'costspan.declared_cost.amount': amount,
    'costspan.declared_cost.currency': currency,
    'costspan.category': 'tool',
  });
  const item = { 'costspan.work_item.type': 'ticket', 'costspan.work_item.id': 'T-1' };
  const tool = (number: number, attributes: SpanJson['attributes']): SpanJson => ({
    name: 'tool',
    spanId: number.toString(16).padStart(16, '0'),
    attributes: { ...item, ...attributes },
  });

  test('a cost in a currency without a rate has no price; it is not added as if it were dollars', async () => {
    const service = await start();
    expect(await send(service, tool(1, declared('5', 'XTS')))).toBe(200);
    expect(await send(service, tool(2, declared('0.25', 'USD')))).toBe(200);
    await Promise.all(open.splice(0).map((each) => each.close()));
    const reader = openLedgerReader(folder.join('ledger.db'));
    const [record] = [...reader.records()];
    reader.close();
    expect([record?.totalPico, record?.complete, record?.unpricedReasons]).toEqual([250_000_000_000n, false, { 'no-fx': 1 }]);
  });

  test('one id under two types is two items: nothing is guessed, nothing counted twice', async () => {
    const service = await start();
    expect(await send(service, chatSpan(1, 'T-1'))).toBe(200);
    expect(await send(service, chatSpan(2, 'T-1', 'gpt-5', { 'costspan.work_item.type': 'claim' }))).toBe(200);
    await Promise.all(open.splice(0).map((each) => each.close()));
    const reader = openLedgerReader(folder.join('ledger.db'));
    const totals = [...reader.records()].map(({ item: { type, id }, totalPico }) => [type, id, totalPico]).sort();
    reader.close();
    expect(totals).toEqual([
      ['claim', 'T-1', chatPico],
      ['ticket', 'T-1', chatPico],
    ]);
  });

  test('usage of a type that is none is told, and costs nothing known', async () => {
    const service = await start();
    expect(await send(service, chatSpan(1, 'T-odd', 'gpt-5', { 'gen_ai.usage.input_tokens': 'many' }))).toBe(200);
    expect(await send(service, chatSpan(2, 'T-odd', 'gpt-5', { 'gen_ai.usage.input_tokens': -5 }))).toBe(200);
    expect(await send(service, chatSpan(3, 'T-good'))).toBe(200);
    const { totals, problems } = await outcome();
    expect([totals['T-good'], totals['T-odd'], problems]).toEqual([chatPico, 0n, []]);
  });

  test('an id that is too long is nobody’s cost and says why; the item beside it stays right', async () => {
    const service = await start();
    expect(await send(service, chatSpan(1, 'x'.repeat(257)))).toBe(200);
    expect(await send(service, chatSpan(2, 'T-good'))).toBe(200);
    await Promise.all(open.splice(0).map((each) => each.close()));
    const reader = openLedgerReader(folder.join('ledger.db'));
    const entries = [...reader.entries()].map(({ item: of, unattributedReason, amountPico }) => [
      of?.id,
      unattributedReason,
      amountPico,
    ]);
    reader.close();
    expect(entries.sort()).toEqual([
      [undefined, 'id-too-long', chatPico],
      ['T-good', undefined, chatPico],
    ]);
  });
});
