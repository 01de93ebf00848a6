import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { openLedgerReader, parseConfig, serve } from '@costspan/collector-processor';
import { BudgetExceededError, startCostspan } from '@costspan/sdk';
import { startFakeOpenAi } from '@costspan/testkit';
import OpenAI from 'openai';
import { expect, test } from 'vitest';
import { temporaryFolder } from './support/test-service.ts';

const command = join(import.meta.dirname, '../packages/cli/bin/costspan.mjs');

test('what a budget decided for an item is on its path, once, and costs nothing', async () => {
  await using folder = await temporaryFolder();
  const ledger = join(folder.path, 'costspan.db');
  const loaded = parseConfig(
    `receivers: { otlp: { protocols: { http: { endpoint: "127.0.0.1:0" } } } }\nledger: { file: ${JSON.stringify(ledger)} }`,
    {},
  );
  if (loaded.kind === 'invalid') throw new Error(loaded.issues.map(({ problem }) => problem).join('\n'));
  const service = await serve({ config: loaded.config });
  const fake = await startFakeOpenAi();
  const costspan = startCostspan({ endpoint: service.url });
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
  await service.close();
  await fake.close();

  const reader = openLedgerReader(ledger);
  const audit = reader.audit({ tenant: 'default', type: 'ticket', id: 'T-1' });
  reader.close();
  const decisions = audit.map(({ attributes }) => attributes['costspan.budget.decision']);
  expect(decisions).toEqual(expect.arrayContaining(['reserve', 'commit', 'stop']));
  expect(new Set(audit.map((event) => JSON.stringify([event.spanId, String(event.atNs), event.attributes]))).size).toBe(
    audit.length,
  );

  const { stdout } = spawnSync(process.execPath, [command, 'item', 'T-1', '--ledger', ledger, '--verify'], { encoding: 'utf8' });
  expect(stdout).toMatch(/budget +reserve per-ticket/);
  expect(stdout).toMatch(/budget +commit per-ticket/);
  expect(stdout).toMatch(/budget +stop per-ticket/);
  expect(stdout).toContain('limit 0.02 USD');
  expect(stdout).toContain('verified: the record is the sum of its');
});
