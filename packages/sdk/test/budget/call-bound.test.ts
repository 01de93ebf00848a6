import { compileBook, formatPico, type PriceRow, type Unit } from '@costspan/pricing';
import { describe, expect, test } from 'vitest';
import { boundOfCall } from '../../src/budget/call-bound.ts';
import { featuresOf } from '../../src/budget/request-features.ts';
import type { Api } from '../../src/fetch/apis/api-type.ts';

const row = (model: string, unit: Unit, amount: string, more: Partial<PriceRow> = {}): PriceRow => ({
  id: `${model}/${unit}/${amount}`,
  provider: 'openai',
  match: { exact: model },
  unit,
  amount,
  per: '1',
  status: 'list',
  ...more,
});

const compiled = compileBook(
  [
    {
      book: 'test',
      version: '1',
      currency: 'USD',
      prices: [
        row('plain', 'input_text_tokens', '1'),
        row('plain', 'output_text_tokens', '10'),
        row('limited', 'input_text_tokens', '1'),
        row('limited', 'output_text_tokens', '10', { output_tokens_max: 50 }),
        row('cached', 'input_text_tokens', '1'),
        row('cached', 'input_cache_write_5m_tokens', '2'),
        row('cached', 'input_cache_write_1h_tokens', '3'),
        row('cached', 'output_text_tokens', '0'),
        row('loud', 'input_text_tokens', '1'),
        row('loud', 'input_audio_tokens', '7'),
        row('loud', 'output_text_tokens', '0'),
        row('loud', 'output_audio_tokens', '9'),
        row('tiered', 'input_text_tokens', '1'),
        row('tiered', 'input_text_tokens', '5', { when: { input_above: 2_000 } }),
        row('tiered', 'output_text_tokens', '10'),
        row('tiered', 'output_text_tokens', '20', { when: { input_above: 2_000 } }),
        row('embedder', 'input_text_tokens', '0.1'),
        row('charged', 'requests', '3'),
        row('charged', 'input_text_tokens', '0'),
        row('fine', 'input_text_tokens', '0.00000000000049'),
        row('fine', 'output_text_tokens', '0'),
      ],
      limits: [{ provider: 'openai', match: { exact: 'limited' }, input_tokens_max: 8_000, output_tokens_max: 50 }],
    } as Parameters<typeof compileBook>[0][number],
  ],
  { version: '1', sha256: '0'.repeat(64) },
);
if (compiled.kind !== 'ok') throw new Error(compiled.issues[0]?.message);
const { book } = compiled;

const chat = { id: 'openai.chat', operation: 'chat', category: 'llm' } as Api;
const HIDDEN = 1_024;

const boundOf = (body: object, options: { readonly api?: Api; readonly assume?: object } = {}): string => {
  const text = JSON.stringify(body);
  const { model, max_tokens: maxTokens } = body as { model: string; max_tokens?: number };
  const facts = {
    api: options.api ?? chat,
    provider: 'openai',
    url: new URL('https://api.openai.com/v1/chat/completions'),
    body: { model, isStream: false, ...(maxTokens !== undefined && { maxTokens }) },
  };
  const bound = boundOfCall({ facts, features: featuresOf(text), atMs: 0 }, options.assume, book);
  return bound.kind === 'bounded' ? formatPico(bound.pico) : bound.kind;
};

const bytesOf = (body: object): number => JSON.stringify(body).length;

describe('the worst case of one attempt', () => {
  const body = { model: 'plain', max_tokens: 100, messages: [{ role: 'user', content: 'Hello' }] };

  test('is every byte a token, and as long an answer as was allowed', () => {
    expect(boundOf(body)).toBe(String(bytesOf(body) + HIDDEN + 100 * 10));
  });

  test('is that of every answer that was asked for', () => {
    const three = { ...body, n: 3 };
    expect(boundOf(three)).toBe(String(bytesOf(three) + HIDDEN + 3 * 100 * 10));
  });

  test('is at the price of long inputs, if it may be one', () => {
    const long = { ...body, model: 'tiered', messages: [{ role: 'user', content: 'x'.repeat(2_000) }] };
    expect(boundOf(long)).toBe(String((bytesOf(long) + HIDDEN) * 5 + 100 * 20));
  });

  test('takes the limit of the model where the request sets none', () => {
    const open = { model: 'limited', messages: [] };
    expect(boundOf(open)).toBe(String(bytesOf(open) + HIDDEN + 50 * 10));
    expect(boundOf({ ...open, model: 'plain' })).toBe('unbounded');
    expect(boundOf({ ...open, model: 'plain' }, { assume: { outputTokensMax: 7 } })).toBe(
      String(bytesOf({ ...open, model: 'plain' }) + HIDDEN + 70),
    );
  });

  test('counts a fee per request, and rounds up what is finer than money', () => {
    expect(boundOf({ model: 'charged' })).toBe('3');
    const fine = { model: 'fine', max_tokens: 1 };
    expect(boundOf(fine)).toBe(`0.${String(Math.ceil((bytesOf(fine) + HIDDEN) * 0.49)).padStart(12, '0')}`);
  });

  test('of an embedding has no answer', () => {
    const embed = { model: 'embedder', input: 'Hello' };
    const api = { id: 'openai.embeddings', operation: 'embeddings', category: 'embedding' } as Api;
    expect(boundOf(embed, { api })).toBe(String((bytesOf(embed) + HIDDEN) / 10));
  });

  test.each<[string, object, number]>([
    ['nothing is cached', {}, 1],
    ['something is', { system: [{ type: 'text', text: 'x', cache_control: { type: 'ephemeral' } }] }, 2],
    ['it is for an hour', { system: [{ type: 'text', text: 'x', cache_control: { type: 'ephemeral', ttl: '1h' } }] }, 3],
  ])('is at the price of writing to a cache of Anthropic where %s', (_, more, price) => {
    const cached = { model: 'cached', max_tokens: 1, ...more };
    const api = { id: 'anthropic.messages', operation: 'chat', category: 'llm' } as Api;
    expect(boundOf(cached, { api })).toBe(String((bytesOf(cached) + HIDDEN) * price));
  });

  test('is at the price of sound only where there may be some', () => {
    const quiet = { model: 'loud', max_tokens: 10 };
    expect(boundOf(quiet)).toBe(String(bytesOf(quiet) + HIDDEN));
    const loud = { ...quiet, modalities: ['text', 'audio'] };
    expect(boundOf(loud)).toBe(String((bytesOf(loud) + HIDDEN) * 7 + 10 * 9));
  });
});

describe('a request that refers to more than it contains', () => {
  const asked: readonly [string, object][] = [
    ['a picture by its address', { messages: [{ content: [{ type: 'image_url', image_url: { url: 'https://x' } }] }] }],
    ['an earlier answer', { previous_response_id: 'resp_1' }],
    ['a conversation', { conversation: 'conv_1' }],
    ['a file', { input: [{ type: 'input_file', file_id: 'file_1' }] }],
    ['a stored prompt', { prompt: { id: 'pmpt_1' } }],
  ];

  test.each(asked)('%s is bounded by what the model can read', (_, more) => {
    expect(boundOf({ model: 'limited', max_tokens: 1, ...more })).toBe(String(8_000 + 10));
    expect(boundOf({ model: 'plain', max_tokens: 1, ...more })).toBe('unbounded');
    expect(boundOf({ model: 'plain', max_tokens: 1, ...more }, { assume: { inputTokensMax: 500 } })).toBe('510');
  });

  test('but not one that only speaks of such things', () => {
    const body = {
      model: 'plain',
      max_tokens: 1,
      messages: [{ role: 'user', content: 'use "file_id" and "image_url", {"prompt":{}}' }],
    };
    expect(boundOf(body)).toBe(String(bytesOf(body) + HIDDEN + 10));
  });
});

test.each<[string, object, boolean]>([
  ['web search', { tools: [{ type: 'web_search_20250305', name: 'web_search' }] }, true],
  ['a hosted tool', { tools: [{ type: 'code_interpreter', container: { type: 'auto' } }] }, true],
  ['search of Gemini', { tools: [{ googleSearch: {} }] }, true],
  ['MCP servers', { mcp_servers: [{ url: 'https://x' }] }, true],
  ['a function', { tools: [{ type: 'function', function: { name: 'f' } }] }, false],
  ['a function of Anthropic', { tools: [{ name: 'f', input_schema: {} }] }, false],
  ['a shell that the application runs', { tools: [{ type: 'bash_20250124', name: 'bash' }] }, false],
])('a request with %s has no bound: %s', (_, more, isUnbounded) => {
  expect(boundOf({ model: 'plain', max_tokens: 1, ...more }) === 'unbounded').toBe(isUnbounded);
  expect(boundOf({ model: 'plain', max_tokens: 1, ...more }, { assume: { cost: '0.5' } }) === '0.5').toBe(isUnbounded);
});

test('a body nobody can read has the bound of the model', () => {
  const facts = { api: chat, provider: 'openai', url: new URL('https://x'), body: { model: 'limited', isStream: false } };
  const bound = boundOfCall({ facts, features: featuresOf(new ReadableStream()), atMs: 0 }, undefined, book);
  expect(bound).toMatchObject({ kind: 'bounded', pico: 8_500n * 1_000_000_000_000n });
});
