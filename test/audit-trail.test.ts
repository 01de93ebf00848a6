import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { type AuditedEvent, openLedgerReader, parseConfig, type Service, serve } from '@costspan/collector-processor';
import { BudgetExceededError, startCostspan } from '@costspan/sdk';
import { startFakeOpenAi } from '@costspan/testkit';
import OpenAI from 'openai';
import { expect, test } from 'vitest';
import { temporaryFolder } from './support/test-service.ts';

const command = join(import.meta.dirname, '../packages/cli/bin/costspan.mjs');

test('what a budget decided for an item is on its path, once, and costs nothing, also in the ledger that meters share', async () => {
  await using folder = await temporaryFolder();
  const [own, shared] = [join(folder.path, 'meter.db'), join(folder.path, 'shared.db')];
  const central = await start(shared);
  const meter = await start(
    own,
    `
exporters: { otlp_http/ledger: { endpoint: "${central.url}" } }
records: { entries: [otlp_http/ledger], interval: 1h }`,
  );
  await workUnderBudget(meter.url);
  expect(await meter.flush()).toBe(true);
  await Promise.all([meter.close(), central.close()]);

  const audit = auditIn(own);
  const decisions = audit.map(({ attributes }) => attributes['costspan.budget.decision']);
  expect(decisions).toEqual(expect.arrayContaining(['reserve', 'commit', 'stop']));
  expect(new Set(audit.map((event) => JSON.stringify([event.spanId, String(event.atNs), event.attributes]))).size).toBe(
    audit.length,
  );
  expect(auditIn(shared)).toEqual(audit);

  for (const ledger of [own, shared]) {
    const { stdout } = spawnSync(process.execPath, [command, 'item', 'T-1', '--ledger', ledger, '--verify'], {
      encoding: 'utf8',
    });
    expect(stdout).toMatch(/budget +reserve per-ticket/);
    expect(stdout).toMatch(/budget +commit per-ticket/);
    expect(stdout).toMatch(/budget +stop per-ticket/);
    expect(stdout).toContain('limit 0.02 USD');
    expect(stdout).toContain(`trace ${audit[0]?.traceId} span `);
    expect(stdout).toContain('verified: the record is the sum of its');
  }
});

async function start(ledger: string, yaml = ''): Promise<Service> {
  const loaded = parseConfig(
    `receivers: { otlp: { protocols: { http: { endpoint: "127.0.0.1:0" } } } }\nledger: { file: ${JSON.stringify(ledger)} }${yaml}`,
    {},
  );
  if (loaded.kind === 'invalid') throw new Error(loaded.issues.map(({ problem }) => problem).join('\n'));
  return serve({ config: loaded.config });
}

/** An agent that asks once within its budget and once beyond it. */
async function workUnderBudget(endpoint: string): Promise<void> {
  const fake = await startFakeOpenAi();
  const costspan = startCostspan({ endpoint });
  const openai = costspan.meter(new OpenAI({ baseURL: `${fake.url}/v1`, apiKey: 'k', maxRetries: 0 }));
  const perTicket = costspan.budget({ per: 'item', currency: 'USD', name: 'per-ticket', hard: '0.02' });
  const ask = (tokens: number): Promise<unknown> =>
    openai.chat.completions.create({
      model: 'gpt-5',
      max_completion_tokens: tokens,
      messages: [{ role: 'user', content: 'hello' }],
    });
  await costspan.ready();
  await costspan.workItem.run({ type: 'ticket', id: 'T-1', budgets: [perTicket] }, async () => {
    await ask(1_000);
    await expect(ask(1_000_000)).rejects.toThrow(BudgetExceededError);
  });
  await costspan.shutdown();
  await fake.close();
}

/** What was decided for the ticket. */
function auditIn(ledger: string): readonly AuditedEvent[] {
  const reader = openLedgerReader(ledger);
  const audit = reader.audit({ tenant: 'default', type: 'ticket', id: 'T-1' });
  reader.close();
  return audit;
}
