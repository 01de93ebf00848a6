import { execFileSync } from 'node:child_process';
import { createCostspan } from '@costspan/sdk';
import {
  addUsage,
  type FakeStep,
  type FakeUsage,
  startFakeAnthropic,
  startFakeOpenAi,
  usageInAttributes,
} from '@costspan/testkit';
import { OpenAIEmbeddings } from '@langchain/openai';
import { context, trace } from '@opentelemetry/api';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor } from '@opentelemetry/sdk-trace';
import { afterEach, describe, expect, test } from 'vitest';
import { createModels } from '../chain.ts';

afterEach(() => {
  trace.disable();
  context.disable();
});

type Models = ReturnType<typeof createModels>;

const usage = { input_text_tokens: 90, input_cache_read_text_tokens: 10, output_text_tokens: 20 };
const reply = { usage, text: 'one two three' };

const works: readonly (readonly [string, readonly FakeStep[], (models: Models, name: 'gpt' | 'claude') => Promise<unknown>])[] = [
  ['an answer', [{ reply }], async (models, name) => (await models[name].invoke('Hi')).text],
  ['a streamed answer', [{ reply }], async (models, name) => textOf(await models[name].stream('Hi'))],
  [
    'answers at the same time',
    [{ reply }, { reply }],
    async (models, name) => Promise.all(['a', 'b'].map(async (prompt) => (await models[name].invoke(prompt)).text)),
  ],
  [
    'an answer at the second try',
    [{ status: 429, retryAfterMs: 1 }, { reply }],
    async (models, name) => (await models[name].invoke('Hi')).text,
  ],
  [
    'a tool',
    [{ reply: { ...reply, toolCalls: [{ name: 'weather', arguments: { city: 'Bern' } }] } }],
    async (models, name) => {
      const tools = [{ type: 'function', function: { name: 'weather', parameters: { type: 'object', properties: {} } } }];
      return (await models[name].bindTools(tools).invoke('Hi')).tool_calls?.map(({ args }) => args);
    },
  ],
];

const textOf = async (stream: AsyncIterable<{ readonly text: string }>): Promise<string> => {
  let text = '';
  for await (const piece of stream) text += piece.text;
  return text;
};

/** Sums of the usage that calls carry, and how many were answered: LangChain tries again by calling again. */
const usageOf = (spans: readonly ReadableSpan[]): { readonly usage: FakeUsage; readonly calls: number } => {
  const calls = spans.filter(({ attributes }) => attributes['costspan.role'] === 'call');
  return {
    usage: calls.reduce<FakeUsage>((sum, { attributes }) => addUsage(sum, usageInAttributes(attributes) as FakeUsage), {}),
    calls: calls.filter(isBilled).length,
  };
};

const isBilled = ({ attributes }: ReadableSpan): boolean => (attributes['costspan.attempt.billable'] ?? 'yes') === 'yes';

const measure = () => {
  const exporter = new InMemorySpanExporter();
  const costspan = createCostspan({ includeUsageHosts: ['127.0.0.1'] });
  const spanProcessors = [costspan.spanProcessor, new SimpleSpanProcessor({ exporter })];
  const sdk = new NodeSDK({ autoDetectResources: false, metricReaders: [], logRecordProcessors: [], spanProcessors });
  sdk.start();
  const spans = async (): Promise<readonly ReadableSpan[]> => {
    await costspan.flush();
    return exporter.getFinishedSpans();
  };
  return { costspan, spans };
};

const withoutZeros = (used: FakeUsage): FakeUsage => Object.fromEntries(Object.entries(used).filter(([, count]) => count > 0));

describe.each([
  ['ChatOpenAI', 'gpt', startFakeOpenAi],
  ['ChatAnthropic', 'claude', startFakeAnthropic],
] as const)('%s', (_, name, start) => {
  test.each(works)(
    '%s: the result is that of a bare client, and every answer is one span with what the provider counted',
    async (_name, steps, work) => {
      await using bareServer = await start({ script: steps });
      await using server = await start({ script: steps });
      const urls = ({ url }: { readonly url: string }) => ({ openai: `${url}/v1`, anthropic: url });
      const { costspan, spans } = measure();
      const bare = { ...createCostspan(), fetch: () => globalThis.fetch };
      const expected = await work(createModels(bare, urls(bareServer)), name);
      expect(await work(createModels(costspan, urls(server)), name)).toEqual(expected);
      const billed = Object.values(server.usageByModel()).reduce((sum: FakeUsage, used) => addUsage(sum, used), {});
      const answered = server.log.filter(({ status }) => status === 200).length;
      expect(usageOf(await spans())).toEqual({ usage: withoutZeros(billed), calls: answered });
      expect(server.log.map(({ status }) => status)).toEqual(bareServer.log.map(({ status }) => status));
    },
  );
});

test('OpenAIEmbeddings', async () => {
  await using server = await startFakeOpenAi();
  const { costspan, spans } = measure();
  const configuration = { baseURL: `${server.url}/v1`, fetch: costspan.fetch({ provider: 'openai' }) };
  const embeddings = new OpenAIEmbeddings({ model: 'text-embedding-3-small', apiKey: 'k', configuration });
  await embeddings.embedDocuments(['one two', 'three']);
  expect(usageOf(await spans())).toEqual({ usage: server.usageByModel()['text-embedding-3-small'], calls: 1 });
});

test('the example prints what its README shows', () => {
  const folder = new URL('..', import.meta.url).pathname;
  const printed = execFileSync(process.execPath, ['--conditions=costspan-source', 'main.ts'], { cwd: folder, encoding: 'utf8' });
  // gpt-5: 200 x 1.25 and 100 x 10; claude-sonnet-5: 100 x 2 and 20 x 10 a million.
  expect(printed).toBe('Your parcel is in Rotterdam.\n0.00165 USD in all\n');
});
