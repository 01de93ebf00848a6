import { all, type HttpServer, startHttpServer } from '@costspan/testkit';
import { createOpenRouter } from '@openrouter/ai-sdk-provider';
import { HTTPClient, OpenRouter } from '@openrouter/sdk';
import { generateText, streamText } from 'ai';
import OpenAI from 'openai';
import { describe, expect, test } from 'vitest';
import type { Costspan } from '../../src/index.ts';
import { measure, usageOf } from '../support/measure.ts';

const model = 'anthropic/claude-sonnet-5';
const usage = {
  prompt_tokens: 110,
  completion_tokens: 25,
  total_tokens: 135,
  cost: 0.00045,
  is_byok: false,
  prompt_tokens_details: { cached_tokens: 10 },
  completion_tokens_details: { reasoning_tokens: 5 },
  cost_details: {
    upstream_inference_cost: null,
    upstream_inference_prompt_cost: 0.0003,
    upstream_inference_completions_cost: 0.00015,
  },
};
const shared = { id: 'gen-1', provider: 'Anthropic', model, created: 1_790_000_000, system_fingerprint: 'fp_1' };
const whole = {
  ...shared,
  object: 'chat.completion',
  choices: [
    {
      index: 0,
      finish_reason: 'stop',
      native_finish_reason: 'stop',
      logprobs: null,
      message: { role: 'assistant', content: 'one two', refusal: null, reasoning: null },
    },
  ],
  usage,
};
const chunk = (content: string, rest: object = {}): string => {
  const choice = { index: 0, delta: { role: 'assistant', content }, finish_reason: null, logprobs: null };
  return `data: ${JSON.stringify({ ...shared, object: 'chat.completion.chunk', choices: [{ ...choice, ...rest }] })}\n\n`;
};
// Comments keep the connection open while nobody has answered yet, and the usage comes unasked with the last chunk.
const stream = [
  ': OPENROUTER PROCESSING\n\n',
  chunk('one '),
  ': OPENROUTER PROCESSING\n\n',
  chunk('two'),
  chunk('', { finish_reason: 'stop', native_finish_reason: 'stop' }),
  `data: ${JSON.stringify({ ...shared, object: 'chat.completion.chunk', choices: [], usage })}\n\n`,
  'data: [DONE]\n\n',
].join('');

/** A stand-in for OpenRouter: chat completions, plain and streamed, as its documentation has them. */
const startOpenRouter = (): Promise<HttpServer> =>
  startHttpServer(({ body }, response) => {
    const isStream = JSON.parse(body.toString('utf8')).stream === true;
    response.writeHead(200, { 'content-type': isStream ? 'text/event-stream' : 'application/json' });
    response.end(isStream ? stream : JSON.stringify(whole));
  });

type Ask = (baseURL: string, costspan: Costspan) => PromiseLike<unknown>;

const messages = [{ role: 'user' as const, content: 'Hi' }];
const fetchOf = (costspan: Costspan): ReturnType<Costspan['fetch']> => costspan.fetch({ provider: 'openrouter' });
const viaOpenAi = (baseURL: string, costspan: Costspan): OpenAI =>
  costspan.meter(new OpenAI({ baseURL, apiKey: 'k' }), { provider: 'openrouter' });
const viaSdk = (serverURL: string, costspan: Costspan): OpenRouter =>
  new OpenRouter({ serverURL, apiKey: 'k', httpClient: new HTTPClient({ fetcher: fetchOf(costspan) }) });
const viaAiSdk = (baseURL: string, costspan: Costspan): ReturnType<ReturnType<typeof createOpenRouter>['chat']> =>
  createOpenRouter({ baseURL, apiKey: 'k', fetch: fetchOf(costspan) }).chat(model);

const asks: readonly (readonly [string, Ask])[] = [
  [
    'the client of OpenAI',
    async (url, costspan) =>
      (await viaOpenAi(url, costspan).chat.completions.create({ model, messages })).choices[0]?.message.content,
  ],
  [
    'the client of OpenAI, streamed',
    async (url, costspan) => {
      const chunks = await all(await viaOpenAi(url, costspan).chat.completions.create({ model, messages, stream: true }));
      return chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join('');
    },
  ],
  [
    'its own client',
    async (url, costspan) => {
      const answer = await viaSdk(url, costspan).chat.send({ chatRequest: { model, messages, stream: false } });
      return 'choices' in answer ? answer.choices[0]?.message.content : answer;
    },
  ],
  [
    'its own client, streamed',
    async (url, costspan) => {
      const answer = await viaSdk(url, costspan).chat.send({ chatRequest: { model, messages, stream: true } });
      return (await all(answer as AsyncIterable<{ choices: { delta: { content?: string } }[] }>))
        .map(({ choices }) => choices[0]?.delta.content ?? '')
        .join('');
    },
  ],
  [
    'its provider of the AI SDK',
    async (url, costspan) => (await generateText({ model: viaAiSdk(url, costspan), prompt: 'Hi' })).text,
  ],
  ['its provider of the AI SDK, streamed', (url, costspan) => streamText({ model: viaAiSdk(url, costspan), prompt: 'Hi' }).text],
];

describe('OpenRouter', () => {
  test.each(asks)('%s: the answer passes, the usage and the stated cost are on one span', async (_, ask) => {
    await using server = await startOpenRouter();
    // As towards OpenRouter itself: its streams need not be asked for their usage.
    const { costspan, spans } = measure({ includeUsageHosts: [] });
    expect(await ask(`${server.url}/api/v1`, costspan)).toBe('one two');
    const [span, ...others] = await spans();
    expect(others).toEqual([]);
    expect(usageOf(span)).toEqual({
      input_text_tokens: 100,
      input_cache_read_text_tokens: 10,
      output_text_tokens: 20,
      output_reasoning_tokens: 5,
    });
    expect(span?.attributes).toMatchObject({
      'gen_ai.provider.name': 'openrouter',
      'gen_ai.response.model': model,
      'gen_ai.response.id': 'gen-1',
      'costspan.provider_cost.amount': '0.00045',
      'costspan.provider_cost.currency': 'USD',
    });
    expect(span?.attributes['costspan.usage_missing']).toBeUndefined();
  });
});
