import { expect, test } from 'vitest';
import { answerAttributes } from '../../src/fetch/answer-attributes.ts';
import { anthropicMessages } from '../../src/fetch/apis/anthropic-messages.ts';
import type { Answer } from '../../src/fetch/apis/api-type.ts';
import { readUsage } from '../../src/fetch/read-usage.ts';

const attributesOf = (provider: string, api: string, answer: Answer) => {
  const [used] = readUsage(provider, api, answer, { isStream: false });
  return answerAttributes(answer, used, api);
};

test('says why usage is an assumption: OpenRouter paid with a key of its user', () => {
  const rawUsage = {
    prompt_tokens: 10,
    completion_tokens: 2,
    cost: 0.001,
    is_byok: true,
    cost_details: { upstream_inference_cost: 0.02 },
  };
  expect(attributesOf('openrouter', 'openai.chat', { isComplete: true, rawUsage })).toMatchObject({
    'costspan.usage_assumption': 'router-fee-excluded',
    'costspan.provider_cost.amount': '0.02',
    'costspan.usage.input_text_tokens': 10,
  });
});

const usage = { input_tokens: 106, output_tokens: 1 };

test('says that an answer was refused: a plain one and a stream', () => {
  const { readAnswer, readEvent } = anthropicMessages;
  const plain = readAnswer({ id: 'msg_1', stop_reason: 'refusal', usage });
  const events = [
    { type: 'message_start', message: { id: 'msg_1', stop_reason: null, usage } },
    { type: 'message_delta', delta: { stop_reason: 'refusal' }, usage: { output_tokens: 1 } },
  ];
  const streamed = events.reduce<Answer>((answer, event) => readEvent?.(event, answer) ?? answer, { isComplete: false });
  for (const answer of [plain, streamed]) {
    expect(attributesOf('anthropic', 'anthropic.messages', answer)).toMatchObject({
      'gen_ai.response.finish_reasons': ['refusal'],
      'costspan.usage.input_text_tokens': 106,
      'costspan.usage.output_text_tokens': 1,
    });
  }
});

test('says nothing of either where nothing was said', () => {
  const attributes = attributesOf('anthropic', 'anthropic.messages', { isComplete: true, rawUsage: usage });
  expect(Object.keys(attributes).filter((key) => /assumption|finish/.test(key))).toEqual([]);
});
