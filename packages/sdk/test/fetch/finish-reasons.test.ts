import { expect, test } from 'vitest';
import { eventStream, fakeFetch, post } from '../support/fake-fetch.ts';
import { measure } from '../support/measure.ts';

const usage = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 };
const responseUsage = { input_tokens: 3, output_tokens: 2, total_tokens: 5 };
const geminiUsage = { promptTokenCount: 3, candidatesTokenCount: 2, totalTokenCount: 5 };
const choice = (index: number, reason: string | null): object => ({ index, delta: { content: 'x' }, finish_reason: reason });
const chunk = (...choices: readonly object[]): object => ({ id: 'c1', model: 'gpt-5', choices, usage: null });
const response = (fields: object): object => ({ id: 'r1', model: 'gpt-5', output: [], usage: responseUsage, ...fields });
const part = (...reasons: readonly (string | undefined)[]): object => ({
  candidates: reasons.map((finishReason) => ({ content: {}, finishReason })),
  usageMetadata: geminiUsage,
});

const CHAT = 'https://api.openai.com/v1/chat/completions';
const RESPONSES = 'https://api.openai.com/v1/responses';
const GEMINI = 'https://generativelanguage.googleapis.com/v1beta/models/gemini-3:generateContent';

test.each<[string, string, () => Response, readonly string[] | undefined]>([
  ['chat', CHAT, () => Response.json({ id: 'c1', choices: [choice(0, 'stop'), choice(1, 'length')], usage }), ['stop', 'length']],
  ['chat that names none', CHAT, () => Response.json({ id: 'c1', choices: [{ index: 0 }], usage }), undefined],
  [
    'a stream of two choices',
    CHAT,
    () =>
      eventStream(
        chunk(choice(0, null)),
        chunk(choice(1, null)),
        chunk(choice(1, 'content_filter')),
        chunk(choice(0, null)),
        chunk(choice(0, 'stop')),
        { ...chunk(), usage },
      ),
    ['content_filter', 'stop'],
  ],
  [
    'a stream of another server, which says more behind the reason',
    CHAT,
    () => eventStream(chunk(choice(0, null)), { ...chunk({ ...choice(0, 'tool_calls'), stop_reason: null }), obfuscation: 'x' }),
    ['tool_calls'],
  ],
  ['a response', RESPONSES, () => Response.json(response({ status: 'completed', incomplete_details: null })), ['completed']],
  [
    'a response cut short',
    RESPONSES,
    () => Response.json(response({ status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } })),
    ['max_output_tokens'],
  ],
  [
    'a streamed response',
    RESPONSES,
    () =>
      eventStream(
        { type: 'response.created', response: response({ status: 'in_progress', usage: null }) },
        { type: 'response.completed', response: response({ status: 'completed' }) },
      ),
    ['completed'],
  ],
  ['Gemini', GEMINI, () => Response.json(part('STOP', 'SAFETY')), ['STOP', 'SAFETY']],
  ['a stream of Gemini', GEMINI, () => eventStream(part(undefined), part('MAX_TOKENS')), ['MAX_TOKENS']],
])('%s says why it ended', async (_, url, answer, reasons) => {
  const { costspan, spans } = measure();
  const fetch = costspan.fetch({ fetch: fakeFetch(answer()) });
  await (await fetch(url, post({ model: 'gpt-5' }))).text();
  expect((await spans()).map(({ attributes }) => attributes['gen_ai.response.finish_reasons'])).toEqual([reasons]);
});

test('a stream whose usage was not asked for says it too', async () => {
  const { costspan, spans } = measure();
  const events = [chunk(choice(0, null)), chunk(choice(0, null)), chunk(choice(0, 'stop')), { ...chunk(), usage }];
  const fetch = costspan.fetch({ fetch: fakeFetch(eventStream(...events)) });
  const text = await (await fetch(CHAT, post({ model: 'gpt-5', stream: true }))).text();
  expect(text).not.toContain('usage');
  expect((await spans())[0]?.attributes['gen_ai.response.finish_reasons']).toEqual(['stop']);
});
