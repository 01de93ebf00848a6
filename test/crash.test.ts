import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hex, type PlannedSpan, plannedSpans, traceRequest } from './support/random-traces.ts';
import { freePort, type ServeProcess, startServeProcess } from './support/serve-process.ts';
import { ledgerState, sendSpans, startService, temporaryFolder } from './support/test-service.ts';

const killsMax = Number(process.env['COSTSPAN_TEST_KILLS'] ?? 5);

test.each([1, 3])(
  'kill -9 under load with %i network threads, restart, resend: the entries and records of an undisturbed run',
  async (workers) => {
    await using folder = await temporaryFolder();
    const batches = traffic();
    const port = await freePort();
    let serving = await startServeProcess(folder.path, port, `service: { workers: ${workers} }`);
    const sender = startSender(serving.url, batches.map(traceRequest));
    for (let kills = 0; kills < killsMax; kills += 1) {
      // In the middle of the traffic: a part is acknowledged, a part in flight, the rest still to come.
      await sender.acknowledged(Math.floor((batches.length * (kills + 1)) / (killsMax + 1)));
      await serving.stop('SIGKILL');
      serving = await startServeProcess(folder.path, port, `service: { workers: ${workers} }`);
    }
    await sender.acknowledged(batches.length);
    // A sender that lost an acknowledgement sends again; so do all of them here.
    for (const batch of batches) await sendSpans(serving.url, batch);
    expect(await finish(serving)).toBe(0);

    expect(ledgerState(join(folder.path, 'ledger.db'))).toEqual(await undisturbed(batches));
  },
  60_000 + killsMax * 12_000,
);

test('what was acknowledged before kill -9 is in the ledger without being sent again', async () => {
  await using folder = await temporaryFolder();
  const batches = traffic().slice(0, 30);
  const port = await freePort();
  const serving = await startServeProcess(folder.path, port);
  for (const batch of batches) await sendSpans(serving.url, batch);
  await serving.stop('SIGKILL');
  const again = await startServeProcess(folder.path, port);
  expect(await finish(again)).toBe(0);

  expect(ledgerState(join(folder.path, 'ledger.db'))).toEqual(await undisturbed(batches));
}, 60_000);

test('kill -9 in the middle of the demo’s traffic, restart, resend: the totals of an undisturbed run', async () => {
  await using demo = await temporaryFolder();
  await promisify(execFile)(process.execPath, ['examples/support-desk/main.ts'], {
    env: { ...process.env, COSTSPAN_DEMO_FOLDER: demo.path },
  });
  const requests = spanBySpan(await readFile(join(demo.path, 'traces.jsonl'), 'utf8'));
  expect(requests.length).toBeGreaterThan(100);

  const [calm, stormy] = [await demoLedger(requests, 0), await demoLedger(requests, 3)];
  expect(calm.records).toHaveLength(20);
  expect(stormy).toEqual(calm);
}, 120_000);

/** What the agents sent, as the service passed it on: JSON lines of requests, cut into a request for each span. */
function spanBySpan(lines: string): readonly string[] {
  type Scope = { readonly scope: unknown; readonly spans: readonly unknown[] };
  type Request = { readonly resourceSpans: readonly { readonly resource: unknown; readonly scopeSpans: readonly Scope[] }[] };
  const requests = lines.split('\n').flatMap((line): readonly Request[] => (line === '' ? [] : [JSON.parse(line)]));
  return requests.flatMap(({ resourceSpans }) =>
    resourceSpans.flatMap(({ resource, scopeSpans }) =>
      scopeSpans.flatMap(({ scope, spans }) =>
        spans.map((span) => JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ scope, spans: [span] }] }] })),
      ),
    ),
  );
}

const demoBooks = ['packages/pricebook/books/example-roles.yaml', 'examples/support-desk/prices.yaml'].map((book) =>
  resolve(book),
);

/** The ledger after the requests, with a service that is killed so many times on the way. Everything is sent twice. */
async function demoLedger(requests: readonly string[], kills: number): Promise<ReturnType<typeof ledgerState>> {
  await using folder = await temporaryFolder();
  const port = await freePort();
  const start = (): Promise<ServeProcess> => startServeProcess(folder.path, port, '', `{ books: ${JSON.stringify(demoBooks)} }`);
  let serving = await start();
  const traffic = [...requests, ...requests];
  const sender = startSender(serving.url, traffic);
  for (let kill = 1; kill <= kills; kill += 1) {
    await sender.acknowledged(Math.floor((traffic.length * kill) / (kills + 1)));
    await serving.stop('SIGKILL');
    serving = await start();
  }
  await sender.acknowledged(traffic.length);
  expect(await finish(serving)).toBe(0);
  return ledgerState(join(folder.path, 'ledger.db'));
}

const finish = (serving: ServeProcess): Promise<number | undefined> => serving.stop('SIGTERM');

/** A few hundred batches with fixed random content; every plan gets trace and span identifiers of its own. */
function traffic(): ReadonlyArray<readonly PlannedSpan[]> {
  const plans = fc.sample(plannedSpans, { numRuns: 200, seed: 20_261_122 });
  return plans.flatMap((spans, plan) => {
    const own = spans.map((span) => ({ ...span, traceId: `${hex(plan + 1, 8)}${span.traceId.slice(8)}` }));
    const middle = Math.ceil(own.length / 2);
    return [own.slice(0, middle), own.slice(middle)].filter((batch) => batch.length > 0);
  });
}

/** Sends every batch, four at a time, each until it is acknowledged. */
function startSender(url: string, batches: readonly string[]) {
  let next = 0;
  let done = 0;
  const waiting: Array<{ readonly count: number; readonly resolve: () => void }> = [];
  const worker = async (): Promise<void> => {
    for (let batch = batches[next++]; batch !== undefined; batch = batches[next++]) {
      while (!(await isAcknowledged(url, batch))) await new Promise((resolve) => setTimeout(resolve, 5));
      done += 1;
      for (const { count, resolve } of waiting) if (done >= count) resolve();
    }
  };
  for (let each = 0; each < 4; each += 1) void worker();
  return {
    acknowledged: (count: number): Promise<void> =>
      done >= count ? Promise.resolve() : new Promise((resolve) => waiting.push({ count, resolve })),
  };
}

async function isAcknowledged(url: string, body: string): Promise<boolean> {
  const request = { method: 'POST', headers: { 'content-type': 'application/json' }, body };
  const response = await fetch(`${url}/v1/traces`, request).catch(() => undefined);
  await response?.arrayBuffer().catch(() => undefined);
  return response?.status === 200;
}

async function undisturbed(batches: ReadonlyArray<readonly PlannedSpan[]>): Promise<ReturnType<typeof ledgerState>> {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'ledger.db');
  const service = await startService(file);
  for (const batch of batches) await sendSpans(service.url, batch);
  await service.close();
  return ledgerState(file);
}
