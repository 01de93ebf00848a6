import { expect, test } from 'vitest';
import type { RecordedCost, RecordedUsage } from '../src/index.ts';
import { measure } from './support/measure.ts';

test('a recorded cost is a span of its category, as declared', async () => {
  const { costspan, spans } = measure();
  costspan.workItem.run({ type: 'ticket', id: 'T-1' }, () =>
    costspan.recordCost({ category: 'observability', amount: '0.03', currency: 'USD', name: 'tracing' }),
  );
  const [span] = await spans();
  expect(span?.name).toBe('tracing');
  expect({ ...span?.attributes }).toEqual({
    'costspan.role': 'call',
    'costspan.category': 'observability',
    'costspan.declared_cost.amount': '0.03',
    'costspan.declared_cost.currency': 'USD',
    'costspan.work_item.type': 'ticket',
    'costspan.work_item.id': 'T-1',
  });
});

test('recorded usage of a model looks like a call of it', async () => {
  const { costspan, spans } = measure();
  costspan.recordUsage({
    category: 'llm',
    provider: 'openai',
    model: 'gpt-5',
    usage: { input_text_tokens: 100, input_cache_read_text_tokens: 20, output_text_tokens: 7 },
  });
  const [span] = await spans();
  expect(span?.name).toBe('gpt-5');
  expect({ ...span?.attributes }).toEqual({
    'costspan.role': 'call',
    'costspan.category': 'llm',
    'costspan.usage.input_text_tokens': 100,
    'costspan.usage.input_cache_read_text_tokens': 20,
    'costspan.usage.output_text_tokens': 7,
    'gen_ai.provider.name': 'openai',
    'gen_ai.request.model': 'gpt-5',
    'gen_ai.usage.input_tokens': 120,
    'gen_ai.usage.cache_read.input_tokens': 20,
    'gen_ai.usage.output_tokens': 7,
  });
});

test('recorded usage of a service names its price', async () => {
  const { costspan, spans } = measure();
  costspan.recordUsage({ category: 'infrastructure', sku: 'aws/lambda', usage: { compute_seconds: '0.25' } });
  expect({ ...(await spans())[0]?.attributes }).toEqual({
    'costspan.role': 'call',
    'costspan.category': 'infrastructure',
    'costspan.sku': 'aws/lambda',
    'costspan.usage.compute_seconds': '0.25',
  });
});

test.each<[string, unknown, string]>([
  [
    'a float',
    { category: 'tool', amount: 0.03, currency: 'USD' },
    'recordCost: amount: expected decimal text that is not negative, such as "0.06", found 0.03; quote it: floats are not exact',
  ],
  ['a negative amount', { category: 'tool', amount: '-0.03', currency: 'USD' }, 'recordCost: amount: '],
  ['an exponent', { category: 'tool', amount: '1e3', currency: 'USD' }, 'recordCost: amount: '],
  ['no category', { amount: '1', currency: 'USD' }, 'recordCost: category: expected one of '],
  ['nothing', undefined, 'recordCost: category: expected one of '],
])('recordCost refuses %s and records nothing', async (_, cost, message) => {
  const strict = measure({ onMisuse: 'throw' });
  expect(() => strict.costspan.recordCost(cost as RecordedCost)).toThrow(message);
  const lenient = measure({ onMisuse: 'warn' });
  expect(lenient.costspan.recordCost(cost as RecordedCost)).toBeUndefined();
  expect(await lenient.spans()).toEqual([]);
});

test.each<[string, unknown, string]>([
  ['no usage', { category: 'tool' }, 'recordUsage: usage: expected { unit: count }, found undefined; '],
  [
    'a fraction as number',
    { category: 'tool', usage: { compute_seconds: 0.25 } },
    'recordUsage: usage.compute_seconds: expected a whole number or decimal text, not negative, found 0.25; ',
  ],
  [
    'a unit with a blank',
    { category: 'tool', usage: { 'tool calls': 1 } },
    'recordUsage: usage: expected units like tool_calls, found a string of 10 characters; ',
  ],
])('recordUsage refuses %s', async (_, usage, message) => {
  expect(() => measure({ onMisuse: 'throw' }).costspan.recordUsage(usage as RecordedUsage)).toThrow(message);
});
