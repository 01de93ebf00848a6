import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import Anthropic from '@anthropic-ai/sdk';
import { startCostspan } from '@costspan/sdk';
import { startFakeAnthropic, startFakeOpenAi } from '@costspan/testkit';
import OpenAI from 'openai';
import { expect, test } from 'vitest';
import { freePort, startServeProcess } from './support/serve-process.ts';
import { temporaryFolder } from './support/test-service.ts';

const canary = 'canary-7f3a91';
/** In spans of an instrumentation that records prompts: it leaves with the spans, as it came, and goes nowhere else. */
const foreignCanary = 'canary-b52c08';

test('no byte of a prompt or an answer is in ledger, records, priced spans of the SDK, logs or errors', async () => {
  await using folder = await temporaryFolder();
  const serving = await startServeProcess(
    folder.path,
    await freePort(),
    `exporters:
  file/spans: { path: ${JSON.stringify(join(folder.path, 'spans.jsonl'))} }
  file/records: { path: ${JSON.stringify(join(folder.path, 'records.jsonl'))} }
records: { exporters: [file/records] }
service: { traces: { exporters: [file/spans] }, telemetry: { logs: { level: debug } } }
`,
  );
  await runAgent(serving.url);
  await sendForeignSpan(serving.url);
  const errors = await sendBadRequests(serving.url);
  expect(await serving.stop('SIGTERM')).toBe(0);

  const files = (await readdir(folder.path)).filter((name) => name !== 'costspan.yaml');
  expect(files).toEqual(expect.arrayContaining(['ledger.db', 'records.jsonl', 'spans.jsonl']));
  for (const name of files) expect(await readFile(join(folder.path, name), 'latin1'), name).not.toContain(canary);
  for (const name of files.filter((each) => each !== 'spans.jsonl')) {
    expect(await readFile(join(folder.path, name), 'latin1'), name).not.toContain(foreignCanary);
  }
  // The test would prove nothing if the calls had not arrived.
  const spans = await readFile(join(folder.path, 'spans.jsonl'), 'utf8');
  expect(spans).toContain(foreignCanary);
  expect(spans.match(/"costspan.cost.status"/g)).toHaveLength(6);
  expect(serving.printed()).toContain('listening');
  expect(serving.printed()).not.toContain(foreignCanary);
  expect(serving.printed()).not.toContain(canary);
  expect(errors.map(({ status }) => status)).toEqual([400, 400, 415]);
  for (const { body } of errors) expect(body).not.toContain(canary);
}, 60_000);

/** Every way a metered client can carry text: plain, streamed, failing, tools. */
async function runAgent(endpoint: string): Promise<void> {
  await using openAi = await startFakeOpenAi();
  await using anthropic = await startFakeAnthropic();
  const costspan = startCostspan({ endpoint });
  const openai = costspan.meter(new OpenAI({ apiKey: `sk-${canary}`, baseURL: `${openAi.url}/v1`, maxRetries: 0 }));
  const claude = costspan.meter(new Anthropic({ apiKey: canary, baseURL: anthropic.url }));
  const lookUp = costspan.tool('look-up', async (text: string) => text, { sku: 'test/refund' });
  const reply = { text: `the answer is ${canary}` };
  const messages = [{ role: 'user' as const, content: `please say ${canary}` }];
  await costspan.workItem.run({ type: 'ticket', id: 'T-1' }, async (item) => {
    openAi.enqueue({ reply }, { reply }, { status: 400 });
    await openai.chat.completions.create({ model: 'gpt-4o-mini', messages });
    for await (const _ of await openai.chat.completions.create({ model: 'gpt-4o-mini', messages, stream: true }));
    await openai.chat.completions.create({ model: 'gpt-4o-mini', messages }).catch(() => undefined);
    anthropic.enqueue({ reply });
    await claude.messages.create({ model: 'claude-sonnet-4-5', max_tokens: 100, messages });
    await lookUp(canary);
    item.outcome('resolved');
  });
  await costspan.shutdown();
}

async function sendForeignSpan(url: string): Promise<void> {
  const attributes = [
    ['gen_ai.operation.name', { stringValue: 'chat' }],
    ['gen_ai.provider.name', { stringValue: 'openai' }],
    ['gen_ai.request.model', { stringValue: 'gpt-4o-mini' }],
    ['gen_ai.input.messages', { stringValue: foreignCanary }],
    ['gen_ai.usage.input_tokens', { intValue: '10' }],
    ['gen_ai.usage.output_tokens', { intValue: '2' }],
  ].map(([key, value]) => ({ key, value }));
  const span = {
    traceId: 'b'.repeat(32),
    spanId: 'b7ad6b7169203331',
    name: 'chat',
    startTimeUnixNano: '1780315200000000000',
    endTimeUnixNano: '1780315201000000000',
    attributes,
  };
  const response = await fetch(`${url}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      resourceSpans: [{ scopeSpans: [{ scope: { name: 'opentelemetry.instrumentation.openai_v2' }, spans: [span] }] }],
    }),
  });
  expect(response.status).toBe(200);
}

/** Requests of an instrumentation that records prompts, each broken in another way. */
async function sendBadRequests(url: string): Promise<ReadonlyArray<{ readonly status: number; readonly body: string }>> {
  const span = `{"traceId":"${'a'.repeat(32)}","spanId":"b7ad6b7169203331","name":"${canary}","attributes":[{"key":"gen_ai.prompt","value":{"stringValue":"${canary}"}}]`;
  const requests = [
    { type: 'application/json', body: `{"resourceSpans":[{"scopeSpans":[{"spans":[${span}` },
    {
      type: 'application/json',
      body: `{"resourceSpans":[{"scopeSpans":[{"spans":[${span},"startTimeUnixNano":"${canary}"}]}]}]}`,
    },
    { type: 'text/plain', body: canary },
  ];
  return Promise.all(
    requests.map(async ({ type, body }) => {
      const response = await fetch(`${url}/v1/traces`, { method: 'POST', headers: { 'content-type': type }, body });
      return { status: response.status, body: await response.text() };
    }),
  );
}
