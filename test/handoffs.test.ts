import { join } from 'node:path';
import { openLedgerReader, parseConfig, type Service, serve } from '@costspan/collector-processor';
import type { Entry } from '@costspan/ledger';
import { type Costspan, createCostspan, startCostspan } from '@costspan/sdk';
import { createTemporaryFolder, type TemporaryFolder } from '@costspan/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';

const KEY = 'a key for the tests of handoffs';

let folder: TemporaryFolder;
let service: Service;
let agent: Costspan;
let claimCount = 0;

// One service and one tracer provider for all tests: each has a claim of its own.
beforeAll(async () => {
  folder = await createTemporaryFolder();
  const loaded = parseConfig(
    `
receivers: { otlp: { protocols: { http: { endpoint: "127.0.0.1:0" } } } }
pricing: { catalog: false, books: [examples/handoff-across-services/prices.yaml] }
handoffs: { keys: [${JSON.stringify(KEY)}] }
ledger: { file: ${JSON.stringify(join(folder.path, 'costspan.db'))} }
`,
    {},
  );
  if (loaded.kind === 'invalid') throw new Error(loaded.issues.map(({ problem }) => problem).join('\n'));
  service = await serve({ config: loaded.config });
  agent = startCostspan({ endpoint: service.url, handoffKey: KEY, onMisuse: 'throw' });
});
afterAll(async () => {
  await agent.shutdown();
  await service.close();
  await folder.remove();
});
beforeEach(() => {
  claimCount += 1;
});
afterEach(() => {
  vi.useRealTimers();
});

/** Another process with the key: it remembers nothing of what the first one has finished. */
const desk = (handoffKey = KEY): Costspan => createCostspan({ handoffKey, onMisuse: 'throw' });

const id = (): string => `C-${claimCount}`;

const open = async (): Promise<string> => {
  const { token } = await agent.workItem.ref({ type: 'claim', id: id() }).handoff({ role: 'claims-reviewer' });
  await agent.flush();
  return token;
};

const overHttp = async (body: object): Promise<number> => {
  const response = await fetch(`${service.url}/v1/handoffs/complete`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  await response.arrayBuffer();
  return response.status;
};

/** What the claim cost, and the entries that stand for it. */
const charged = async (): Promise<{ readonly total: string | undefined; readonly entries: readonly Entry[] }> => {
  await agent.flush();
  const total = (await agent.workItem.ref({ type: 'claim', id: id() }).cost())?.total;
  const reader = openLedgerReader(join(folder.path, 'costspan.db'));
  try {
    const all = [...reader.entriesOf({ tenant: 'default', type: 'claim', id: id() })];
    return { total, entries: all.filter(({ state, status }) => state === 'live' && status !== 'duplicate') };
  } finally {
    reader.close();
  }
};

describe('finished twice, a handoff is charged once', () => {
  test('by two processes that tell different minutes: the first counts', async () => {
    const token = await open();
    await desk().handoff.complete(token, { touch: { minutes: 5 } });
    expect((await charged()).total).toBe('4');
    await desk().handoff.complete(token, { touch: { minutes: 50 } });
    const { total, entries } = await charged();
    expect([total, entries.length]).toEqual(['4', 1]);
  });

  test.each([
    ['first by the SDK, then by HTTP', true],
    ['first by HTTP, then by the SDK', false],
  ])('%s', async (_, isSdkFirst) => {
    const token = await open();
    const bySdk = async (): Promise<void> => {
      await desk().handoff.complete(token, { touch: { minutes: 5 } });
      await agent.flush();
    };
    if (isSdkFirst) await bySdk();
    expect(await overHttp({ token, touch: { minutes: '5' } })).toBe(200);
    if (!isSdkFirst) await bySdk();
    const { total, entries } = await charged();
    expect([total, entries.length]).toEqual(['4', 1]);
  });

  test('a hundred times side by side', async () => {
    const token = await open();
    await Promise.all(Array.from({ length: 100 }, () => desk().handoff.complete(token, { touch: { minutes: 5 } })));
    const { total, entries } = await charged();
    expect([total, entries.length]).toEqual(['4', 1]);
  });
});

test('time worked is priced and the time waited kept apart; the decision is kept, and nobody by name', async () => {
  const token = await open();
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_600_000 });
  const touch = { measured: { startedAt: 0, endedAt: 600_000 } };
  await desk().handoff.complete(token, { touch, decision: 'approved', idempotencyKey: 'reviewer@example.com' });
  vi.useRealTimers();
  const { total, entries } = await charged();
  expect(total).toBe('8');
  const waitMs = entries[0]?.human?.waitMs ?? 0;
  // An hour passed, ten minutes of it at work, and what the test itself has taken.
  expect([waitMs >= 3_000_000, waitMs < 3_060_000]).toEqual([true, true]);
  expect(entries[0]?.human).toMatchObject({ role: 'claims-reviewer', touchMs: 600_000, decision: 'approved' });
  expect(JSON.stringify(entries, (_, value) => (typeof value === 'bigint' ? String(value) : value))).not.toContain('reviewer@');
});

test('nobody looked at the clock: the default of the role, as an estimate', async () => {
  const token = await open();
  expect((await charged()).entries.map(({ status, amountPico }) => [status, amountPico])).toEqual([['non_billable', 0n]]);
  await desk().handoff.complete(token);
  const { total, entries } = await charged();
  expect([total, entries.map(({ status }) => status)]).toEqual(['8', ['estimated']]);
});

describe('what is refused charges nothing, and the handoff stays open', () => {
  const swapped = (token: string): string => token.slice(0, -4).concat(token.endsWith('AAAA') ? 'BBBB' : 'AAAA');

  test.each<[string, (token: string) => object, number, string]>([
    ['a token cut short', (token) => ({ token: token.slice(0, -9) }), 400, 'handoff-token-corrupt'],
    ['a forged token', (token) => ({ token: swapped(token) }), 400, 'handoff-token-forged'],
    ['negative minutes', (token) => ({ token, touch: { minutes: -5 } }), 400, 'handoff-touch-invalid'],
    ['more than a month', (token) => ({ token, touch: { minutes: 50_000 } }), 400, 'handoff-touch-invalid'],
  ])('%s', async (_, change, status, code) => {
    const token = await open();
    const { token: given, ...completion } = change(token) as { readonly token: string };
    await expect(desk().handoff.complete(given, completion)).rejects.toMatchObject({ code });
    expect(await overHttp(change(token))).toBe(status);
    expect((await charged()).entries.map(({ status: kept }) => kept)).toEqual(['non_billable']);
    await desk().handoff.complete(token, { touch: { minutes: 5 } });
    expect((await charged()).total).toBe('4');
  });

  test('a token signed by another tenant’s key', async () => {
    const token = await open();
    await expect(desk('another key, of somebody else').handoff.complete(token)).rejects.toMatchObject({
      code: 'handoff-token-forged',
    });
    expect((await charged()).entries.map(({ status }) => status)).toEqual(['non_billable']);
  });
});
