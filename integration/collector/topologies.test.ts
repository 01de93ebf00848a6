import { execFileSync } from 'node:child_process';
import type { Entry } from '@costspan/ledger';
import { createTemporaryFolder, waitFor } from '@costspan/testkit';
import { describe, expect, test } from 'vitest';
import { ledgerState } from '../../test/support/test-service.ts';
import { conversationCost, conversations } from '../support/agent-traffic.ts';
import { runToEnd } from '../support/run-to-end.ts';
import { sendRequests } from '../support/send-requests.ts';
import type { StoredEvent } from '../support/start-backend.ts';
import { costspanCommand } from '../support/start-costspan.ts';
import { pinnedCollector } from './build.ts';
import { startTopology } from './start-topology.ts';

const pinned = pinnedCollector();
if (pinned.kind === 'skipped') console.log(`Topologies are skipped: ${pinned.why}.`);
const program = pinned.kind === 'ready' ? pinned.collector : '';
const telemetrygen = pinned.kind === 'ready' ? pinned.telemetrygen : '';

const conversationCount = 200;
const tickets = Array.from({ length: 10 }, (_, index) => `T-${index}`);
/** Twenty conversations a ticket, in exact arithmetic: 20 x 0.00021. */
const ticketCost = '0.0042';

describe.skipIf(pinned.kind === 'skipped')('examples/collector', () => {
  test('side-branch: every conversation is in the records, a sample of them in the traces', async () => {
    await using folder = await createTemporaryFolder();
    await using topology = await startTopology('side-branch', program, folder.path);
    const { backend, url, ledger } = topology;
    await sendRequests(url, conversations(conversationCount)).acknowledged(conversationCount);

    expect(await backend.until('records', () => finalRecords(backend.events()))).toEqual(
      Object.fromEntries(tickets.map((ticket) => [ticket, ticketCost])),
    );
    // The two spans of the agent; that of the web framework is left out on the way.
    expect(await metric(ledger.url, 'costspan_receiver_accepted_spans_total')).toBe(2 * conversationCount);
    const sampled = await backend.until('sampled traces', () => {
      const traces = new Set(backend.spans().map(({ traceId }) => traceId));
      return traces.size >= conversationCount / 20 && backend.spans().length === 3 * traces.size && traces;
    });
    expect(sampled.size).toBeLessThan(conversationCount / 2);
    expect(backend.spans().filter(({ attributes }) => 'costspan.cost.exact' in attributes)).toEqual([]);
  });

  test('inline-hop: sampled traces show what each call cost, the records have all of it', async () => {
    await using folder = await createTemporaryFolder();
    await using topology = await startTopology('inline-hop', program, folder.path);
    const { backend, url } = topology;
    await sendRequests(url, conversations(conversationCount)).acknowledged(conversationCount);

    expect(await backend.until('records', () => finalRecords(backend.events()))).toEqual(
      Object.fromEntries(tickets.map((ticket) => [ticket, ticketCost])),
    );
    const calls = await backend.until('sampled traces', () => {
      const found = backend.spans().filter(({ name }) => name === 'chat gpt-4o-mini');
      return found.length >= conversationCount / 20 && backend.spans().length === 3 * found.length && found;
    });
    expect(calls.length).toBeLessThan(conversationCount / 2);
    expect(new Set(calls.map(({ attributes }) => attributes['costspan.cost.exact']))).toEqual(new Set([conversationCost]));
  });

  test('gateway: work items that are spread over three meters have one record each', async () => {
    await using folder = await createTemporaryFolder();
    await using topology = await startTopology('gateway', program, folder.path);
    const { backend, url, meters } = topology;
    await sendRequests(url, conversations(conversationCount)).acknowledged(conversationCount);

    expect(await backend.until('records', () => finalRecords(backend.events()))).toEqual(
      Object.fromEntries(tickets.map((ticket) => [ticket, ticketCost])),
    );
    // Records come from the one ledger; what the meters know is parts of every ticket.
    expect(new Set(backend.events().map(({ attributes }) => attributes['costspan.record.emitter'])).size).toBe(1);
    const parts = meters.map(({ ledgerFile }) => ledgerState(ledgerFile));
    expect(parts.map(({ records }) => records.length)).toEqual(meters.map(() => tickets.length));
    expect(parts.reduce((sum, { entries }) => sum + entries.length, 0)).toBe(conversationCount);
  });

  test('ledger-only: entries come through the Collector, the report is read from the ledger at the end', async () => {
    await using folder = await createTemporaryFolder();
    await using topology = await startTopology('ledger-only', program, folder.path);
    const { backend, url, collectorUrl, ledger } = topology;
    await sendRequests(url, conversations(conversationCount)).acknowledged(conversationCount);

    const isComplete = (): boolean => ledgerState(ledger.ledgerFile).entries.length === conversationCount;
    await waitFor('all entries are booked', isComplete, { timeoutMs: 60_000 });
    const report = await runToEnd(
      process.execPath,
      [costspanCommand, 'report', '--ledger', ledger.ledgerFile, '--json'],
      folder.path,
    );
    const rows = report.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]));
    const totals = rows.filter(({ kind }) => kind === 'item').map(({ id, total }) => [id, total]);
    expect(Object.fromEntries(totals)).toEqual(Object.fromEntries(tickets.map((ticket) => [ticket, ticketCost])));
    // The logs of others take the other way.
    await sendLog(collectorUrl, 'user.login');
    await backend.until('the log', () => backend.events().length > 0);
    expect(backend.events()).toEqual([{ name: 'user.login', attributes: {} }]);
  });

  test('side-branch: takes the load of telemetrygen over gRPC', async () => {
    await using folder = await createTemporaryFolder();
    await using topology = await startTopology('side-branch', program, folder.path);
    const { grpcAddress, backend, ledger } = topology;
    const attributes = [
      'costspan.work_item.type="load"',
      'costspan.work_item.id="L-1"',
      'gen_ai.operation.name="chat"',
      'gen_ai.provider.name="openai"',
      'gen_ai.request.model="gpt-4o-mini"',
      'gen_ai.usage.input_tokens=1000',
      'gen_ai.usage.output_tokens=100',
    ].flatMap((attribute) => ['--telemetry-attributes', attribute]);
    const load = [
      'traces',
      '--otlp-insecure',
      '--otlp-endpoint',
      grpcAddress,
      '--workers',
      '4',
      '--traces',
      '250',
      '--rate',
      '0',
    ];
    execFileSync(telemetrygen, [...load, '--child-spans', '1', ...attributes], { stdio: 'pipe' });
    // 1,000 traces of a call and another below it: one call that was seen twice, and counts once.
    await backend.until('the record', () => backend.events().at(-1)?.attributes['costspan.total.exact'] === '0.21');
    const entries = ledgerState(ledger.ledgerFile).entries as readonly Entry[];
    const counts = Object.entries(Object.groupBy(entries, ({ status }) => status)).map(([status, of]) => [status, of?.length]);
    expect(Object.fromEntries(counts)).toEqual({ priced: 1_000, duplicate: 1_000 });
  });
});

/** Total by ticket at its highest revision, once the totals of all conversations have arrived. */
function finalRecords(events: readonly StoredEvent[]): Readonly<Record<string, unknown>> | undefined {
  const records = events
    .filter(({ name }) => name === 'costspan.work_item.cost')
    .map(({ attributes }) => attributes)
    .sort((left, right) => Number(left['costspan.record.revision']) - Number(right['costspan.record.revision']));
  const totals = Object.fromEntries(records.map((record) => [record['costspan.work_item.id'], record['costspan.total.exact']]));
  const isComplete =
    Object.keys(totals).length === tickets.length && Object.values(totals).every((total) => total === ticketCost);
  return isComplete ? totals : undefined;
}

async function sendLog(url: string, eventName: string): Promise<void> {
  const body = JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords: [{ eventName }] }] }] });
  const response = await fetch(`${url}/v1/logs`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  expect(response.status).toBe(200);
}

async function metric(url: string, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const values = [...text.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'gm'))].map(([, value]) => Number(value));
  return values.reduce((sum, value) => sum + value, 0);
}
