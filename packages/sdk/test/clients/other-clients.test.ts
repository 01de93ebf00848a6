import { describe, expect, test } from 'vitest';
import { eventStream, fakeFetch, post } from '../support/fake-fetch.ts';
import { measure, usageOf } from '../support/measure.ts';

const usage = { input_text_tokens: 90, input_cache_read_text_tokens: 10, output_text_tokens: 20, output_reasoning_tokens: 5 };

describe('Gemini', () => {
  test('a stream that came as one list', async () => {
    const { costspan, spans } = measure();
    const part = (rest: object): object => ({ modelVersion: 'gemini-2.5-pro', responseId: 'r1', candidates: [{}], ...rest });
    const list = [
      part({ usageMetadata: { promptTokenCount: 4 } }),
      part({ candidates: [{ finishReason: 'STOP' }], usageMetadata: { promptTokenCount: 4, candidatesTokenCount: 3 } }),
    ];
    const fetch = costspan.fetch({ fetch: fakeFetch(Response.json(list)) });
    const url = 'https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-pro:streamGenerateContent';
    expect(await (await fetch(url, post({}))).json()).toEqual(list);
    const [span] = await spans();
    expect(usageOf(span)).toEqual({ input_text_tokens: 4, output_text_tokens: 3 });
  });
});

describe('the Vercel AI Gateway', () => {
  const url = 'https://ai-gateway.vercel.sh/v4/ai/language-model';
  const told = {
    inputTokens: { total: 100, noCache: 90, cacheRead: 10 },
    outputTokens: { total: 25, text: 20, reasoning: 5 },
  };
  const expected = {
    'gen_ai.provider.name': 'vercel_ai_gateway',
    'gen_ai.request.model': 'openai/gpt-5',
    'costspan.provider_cost.amount': '0.0045',
    'costspan.provider_cost.currency': 'USD',
  };
  const providerMetadata = { gateway: { cost: '0.0045' } };

  test.each<[string, () => Response]>([
    ['plain', () => Response.json({ content: [], finishReason: 'stop', usage: told, providerMetadata })],
    [
      'streamed',
      () =>
        eventStream(
          { type: 'response-metadata', id: 'r1', modelId: 'openai/gpt-5' },
          { type: 'text-delta', id: '0', delta: 'one "usage":{ two' },
          { type: 'finish', finishReason: 'stop', usage: told, providerMetadata },
        ),
    ],
  ])('%s: usage and cost are read from the AI SDK’s own format', async (_, answer) => {
    const { costspan, spans } = measure();
    const fetch = costspan.fetch({ fetch: fakeFetch(answer()) });
    await (await fetch(url, post({ prompt: [] }, { 'ai-language-model-id': 'openai/gpt-5' }))).text();
    const [span] = await spans();
    expect(usageOf(span)).toEqual(usage);
    expect(span?.attributes).toMatchObject(expected);
  });
});
