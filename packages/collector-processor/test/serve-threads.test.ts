import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { createTemporaryFolder, startOtlpSink, type TemporaryFolder } from '@costspan/testkit';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseConfig } from '../src/config/load.ts';
import { protobufToJson } from '../src/otlp/json.ts';
import { type Service, serve } from '../src/serve.ts';
import { openLedger } from '../src/store/open-ledger.ts';
import { chatSpan, requestOf } from './span-json.ts';

let folder: TemporaryFolder;
const open: Service[] = [];
beforeEach(async () => {
  folder = await createTemporaryFolder();
});
afterEach(async () => {
  await closeAll();
  await folder.remove();
});

async function closeAll(): Promise<void> {
  await Promise.all(open.splice(0).map((service) => service.close()));
}

/** A service with three network threads and a ledger in the test's folder. */
async function start(yaml = '', endpoint = '127.0.0.1:0'): Promise<Service> {
  const parsed = parseConfig(yaml, {}, { endpoint, ledgerFile: folder.join('ledger.db'), workers: '3' });
  if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.issues));
  const service = await serve({ config: parsed.config });
  open.push(service);
  return service;
}

/** Sends one span over a connection of its own, so that every thread gets some. */
async function send(url: string, number: number): Promise<Response> {
  return fetch(`${url}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', connection: 'close' },
    body: JSON.stringify(requestOf([chatSpan(number, 'T-1')])),
  });
}

const requestCount = 60;

async function sendMany(url: string): Promise<void> {
  for (let number = 1; number <= requestCount; number += 1) expect((await send(url, number)).status).toBe(200);
}

async function metric(url: string, name: string): Promise<number | undefined> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const found = new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)`, 'm').exec(text)?.[1];
  return found === undefined ? undefined : Number(found);
}

describe('several network threads', () => {
  test('share a port, one destination and one ledger, and are counted as one', async () => {
    await using sink = await startOtlpSink();
    const service = await start(`
exporters: {otlp_http/sink: {endpoint: "${sink.url}", compression: none}}
records: {exporters: [otlp_http/sink], interval: 1h}
service: {traces: {exporters: [otlp_http/sink]}}
`);
    await sendMany(service.url);
    expect(sink.accepted('traces').length).toBe(requestCount);
    expect(await metric(service.url, 'costspan_receiver_accepted_spans_total')).toBe(requestCount);
    expect(await metric(service.url, 'costspan_exporter_sent_items_total')).toBe(requestCount);
    expect(await metric(service.url, 'costspan_ledger_commit_duration_seconds_count')).toBe(requestCount);
    expect(await metric(service.url, 'costspan_in_flight_bytes_limit')).toBe(256 * 2 ** 20);
    await closeAll();
    expect(sink.accepted('logs').length).toBe(1);
  });

  test('commit before they acknowledge: what was acknowledged is in the ledger', async () => {
    const service = await start();
    await sendMany(service.url);
    await closeAll();
    const ledger = await openLedger({ file: folder.join('ledger.db'), currency: 'USD' });
    const records = await ledger.dirtyRecords(100);
    await ledger.close();
    const total = records.reduce((sum, { totalPico }) => sum + totalPico, 0n);
    // 1,000 input tokens at $1.25 and 100 output tokens at $10 a million: $0.00225 a span.
    expect(total).toBe(BigInt(requestCount) * 2_250_000_000n);
  });

  test('a file has one writer: every request is one whole line of it', async () => {
    const path = folder.join('spans.jsonl');
    const service = await start(`
exporters: {file: {path: ${JSON.stringify(path)}}}
service: {traces: {exporters: [file]}}
`);
    await Promise.all(Array.from({ length: requestCount }, (_, index) => send(service.url, index + 1)));
    await closeAll();
    const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
    const ids = lines.map((line) => JSON.parse(line).resourceSpans[0].scopeSpans[0].spans[0].spanId);
    expect(new Set(ids).size).toBe(requestCount);
    expect(lines.length).toBe(requestCount);
  });

  test('a book that cannot be read changes the prices of no thread', async () => {
    await using sink = await startOtlpSink();
    const book = folder.join('book.yaml');
    const price = (amount: string): Promise<void> =>
      writeFile(
        book,
        `book: ours\nversion: "2026-01-01"\ncurrency: USD\nlayer: contract\nprices:\n  - {id: in, provider: openai, match: {exact: gpt-5}, unit: input_text_tokens, amount: "${amount}", per: "1000000", valid_from: "2020-01-01", status: contract, source: {url: "https://example.com", retrieved_at: "2026-01-01"}}\n`,
      );
    await price('2');
    const service = await start(`
exporters: {otlp_http/sink: {endpoint: "${sink.url}", compression: none}}
pricing: {books: [${JSON.stringify(book)}]}
service: {traces: {exporters: [otlp_http/sink]}}
`);
    const seen = async (from: number): Promise<ReadonlySet<string>> => {
      for (let number = from; number < from + 12; number += 1) expect((await send(service.url, number)).status).toBe(200);
      return new Set(
        sink
          .accepted('traces')
          .slice(-12)
          .map(({ body }) => exactCostIn(body)),
      );
    };
    expect(await seen(1)).toEqual(new Set(['0.003']));
    await writeFile(book, 'book: [');
    await expect(service.reload()).rejects.toThrow('book.yaml');
    expect(await seen(101)).toEqual(new Set(['0.003']));
    await price('3');
    await service.reload();
    expect(await seen(201)).toEqual(new Set(['0.004']));
  });

  test('a port that is taken is refused, also by a service that would share it', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const address = other.address();
    const port = typeof address === 'object' ? address?.port : 0;
    await expect(start('', `127.0.0.1:${port}`)).rejects.toThrow(`127.0.0.1:${port} cannot be listened on (EADDRINUSE)`);
    other.close();
    const first = await start();
    await expect(start('', `127.0.0.1:${first.port}`)).rejects.toThrow('EADDRINUSE');
  });

  test('draining says so to whoever asks and answers what is under way', async () => {
    const service = await start();
    expect((await fetch(`${service.url}/readyz`)).status).toBe(200);
    expect((await fetch(`${service.url}/healthz`)).status).toBe(200);
    const answers = Array.from({ length: 20 }, (_, index) => send(service.url, index + 1).catch(() => undefined));
    const first = await answers[0];
    await closeAll();
    expect(first?.status).toBe(200);
    // A connection that no thread had taken up yet is closed with the port; its sender sends again.
    for (const answer of await Promise.all(answers)) expect([undefined, 200, 503]).toContain(answer?.status);
    await expect(fetch(`${service.url}/readyz`)).rejects.toThrow();
  });
});

function exactCostIn(body: Uint8Array): string {
  const read = protobufToJson('traces', body);
  if (read.kind === 'invalid') throw new Error(read.problem);
  return /"costspan\.cost\.exact","value":\{"stringValue":"([^"]+)"/.exec(read.text)?.[1] ?? '';
}
