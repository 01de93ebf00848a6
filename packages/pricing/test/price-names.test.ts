import { describe, expect, test } from 'vitest';
import type { PriceRow, Usage } from '../src/index.ts';
import { bookOf, brief, compiled, inputRow as input, inputCost, priceOf } from './support/books.ts';

describe('names', () => {
  const model = (provider: string, match: PriceRow['match'], amount = '1'): PriceRow => ({
    ...input(amount),
    id: JSON.stringify([provider, match]),
    provider,
    match,
  });
  const cost = (rows: readonly PriceRow[], provider: string, name: string): string => inputCost(rows, { provider, model: name });

  test.each([
    ['gpt-4o-2099-01-01', 'estimated 1: 1 snapshot-unknown'],
    ['gpt-4o-20990101', 'estimated 1: 1 snapshot-unknown'],
    ['gpt-4o@20990101', 'estimated 1: 1 snapshot-unknown'],
    ['GPT-4o', 'priced 1: 1'],
    ['gpt-4o-mini', 'unpriced 0: model-unknown'],
    ['gpt-4o-2099-13-01', 'unpriced 0: model-unknown'],
    ['gpt-4o-0613', 'unpriced 0: model-unknown'],
    ['gpt-4', 'unpriced 0: model-unknown'],
    ['ft:gpt-4o:acme::abc', 'unpriced 0: fine-tune-unknown'],
    ['ft:gpt-4o-2099-01-01:acme::abc', 'unpriced 0: fine-tune-unknown'],
    ['', 'unpriced 0: model-unknown'],
    ['x'.repeat(10_000), 'unpriced 0: model-unknown'],
  ])('%s beside a row of gpt-4o: %s', (name, expected) => {
    expect(cost([model('openai', { exact: 'gpt-4o' })], 'openai', name)).toBe(expected);
  });

  test('a dated snapshot with a row of its own is no estimate, and never mixes with the undated model', () => {
    const rows = [
      model('openai', { exact: 'gpt-4o' }, '2.5'),
      { ...model('openai', { exact: 'gpt-4o' }), id: 'cached', unit: 'input_cache_read_text_tokens', amount: '1.25' },
      model('openai', { exact: 'gpt-4o-2024-05-13' }, '5'),
    ];
    expect(cost(rows, 'openai', 'gpt-4o-2024-05-13')).toBe('priced 5: 5');
    const cached: Usage = { input_cache_read_text_tokens: 1_000_000 };
    expect(brief(priceOf(cached, compiled([bookOf(rows)]), { provider: 'openai', model: 'gpt-4o-2024-05-13' }))).toBe(
      'estimated 5 | input_cache_read_text_tokens 5 parent-unit-price',
    );
  });

  test('a fine-tune has the rates of fine-tunes of its base, never those of the base', () => {
    const rows = [model('openai', { pattern: '*gpt-4o*' }), model('openai', { exact: 'ft:gpt-4o-2024-08-06' }, '3.75')];
    expect(cost(rows, 'openai', 'ft:gpt-4o-2024-08-06:acme:support:9abc')).toBe('priced 3.75: 3.75');
    expect(cost(rows, 'openai', 'ft:gpt-4o-mini:acme::1')).toBe('unpriced 0: fine-tune-unknown');
    expect(cost([model('openai', { prefix: 'ft:gpt-4o' }, '3')], 'openai', 'ft:gpt-4o:acme::1')).toBe('priced 3: 3');
    expect(cost([model('openai', { pattern: 'ft:*' }, '3')], 'openai', 'ft:gpt-4o:acme::1')).toBe('priced 3: 3');
  });

  test('an exact name goes before a prefix, the longest prefix before a pattern', () => {
    const rows = [
      model('openai', { exact: 'gpt-5-mini' }, '1'),
      model('openai', { prefix: 'gpt-' }, '2'),
      model('openai', { prefix: 'gpt-5' }, '3'),
      model('openai', { pattern: '*' }, '4'),
      model('openai', { pattern: '*5*' }, '5'),
    ];
    expect(['gpt-5-mini', 'gpt-4', 'gpt-5-nano', 'o3', 'o5'].map((name) => cost(rows, 'openai', name))).toEqual(
      ['1', '2', '3', '4', '5'].map((amount) => `priced ${amount}: ${amount}`),
    );
  });

  test('two patterns of one weight that both match, which loading could not see, price nothing', () => {
    const rows = [model('openai', { pattern: '*opus*' }, '1'), model('openai', { pattern: '*fast*' }, '2')];
    expect(cost(rows, 'openai', 'opus-fast')).toBe('unpriced 0: price-ambiguous');
    expect(cost(rows, 'openai', 'opus')).toBe('priced 1: 1');
    const agreeing = [model('openai', { pattern: '*opus*' }, '1'), model('openai', { pattern: '*fast*' }, '1')];
    expect(cost(agreeing, 'openai', 'opus-fast')).toBe('priced 1: 1');
  });

  const claude = [model('aws', { exact: 'anthropic.claude-sonnet-5-v1:0' }, '3')];

  test.each([
    ['anthropic.claude-sonnet-5-v1:0', 'priced 3: 3'],
    ['us.anthropic.claude-sonnet-5-v1:0', 'priced 3: 3'],
    ['eu.anthropic.claude-sonnet-5-v1:0', 'priced 3: 3'],
    ['global.anthropic.claude-sonnet-5-v1:0', 'priced 3: 3'],
    ['apac.anthropic.claude-sonnet-5-20990101-v1:0', 'estimated 3: 3 snapshot-unknown'],
    ['arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-sonnet-5-v1:0', 'priced 3: 3'],
    ['arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-sonnet-5-v1:0', 'priced 3: 3'],
    ['arn:aws:bedrock:us-east-1:123456789012:custom-model/anthropic.claude-sonnet-5-v1:0', 'unpriced 0: model-unknown'],
    ['mars.anthropic.claude-sonnet-5-v1:0', 'unpriced 0: model-unknown'],
  ])('on Bedrock, %s: %s', (name, expected) => {
    expect(cost(claude, 'aws.bedrock', name)).toBe(expected);
  });

  test('a Bedrock profile is a region of rows and factors, the region of the call the nearer one', () => {
    const modifiers = [{ id: 'us', provider: 'aws', when: { region: 'us' }, factor: '1.1' }];
    const request = { provider: 'aws.bedrock', model: 'us.anthropic.claude-sonnet-5-v1:0' };
    expect(inputCost(claude, request, { modifiers })).toBe('priced 3.3: 3.3');
    expect(inputCost(claude, { ...request, region: 'us-east-1' }, { modifiers })).toBe('priced 3.3: 3.3');
    const profile = { ...model('aws', { exact: 'anthropic.claude-sonnet-5-v1:0' }, '4'), id: 'us', when: { region: 'us' } };
    const place = { ...profile, id: 'us-east-1', amount: '5', when: { region: 'us-east-1' } };
    expect(inputCost([...claude, place, profile], request)).toBe('priced 4: 4');
    expect(inputCost([...claude, profile, place], { ...request, region: 'us-east-1' })).toBe('priced 5: 5');
  });

  test('a profile with a row of its own takes that', () => {
    const rows = [...claude, model('aws', { prefix: 'global.anthropic.claude-sonnet-5' }, '2.7')];
    expect(cost(rows, 'aws', 'global.anthropic.claude-sonnet-5-v1:0')).toBe('priced 2.7: 2.7');
  });

  test('a path and a long-context suffix are taken off', () => {
    const rows = [model('google', { exact: 'gemini-3-pro' }), model('anthropic', { exact: 'claude-sonnet-4-5' })];
    expect(cost(rows, 'gcp.vertex_ai', 'projects/p/locations/l/publishers/google/models/gemini-3-pro')).toBe('priced 1: 1');
    expect(cost(rows, 'gcp.gemini', 'models/gemini-3-pro')).toBe('priced 1: 1');
    expect(cost(rows, 'anthropic', 'claude-sonnet-4-5[1m]')).toBe('priced 1: 1');
  });

  test.each([
    ['azure.ai.openai', 'azure'],
    ['azure.ai.inference', 'azure'],
    ['aws.bedrock', 'aws'],
    ['gcp.vertex_ai', 'google'],
    ['gcp.gemini', 'google'],
    ['gcp.gen_ai', 'google'],
    ['x_ai', 'x-ai'],
    ['mistral_ai', 'mistral'],
    ['OpenAI', 'openai'],
  ])('the provider OpenTelemetry calls %s is billed as %s', (name, id) => {
    expect(cost([model(id, { exact: 'm' })], name, 'm')).toBe('priced 1: 1');
    expect(cost([model(name, { exact: 'm' })], id, 'm')).toBe('priced 1: 1');
  });

  test('a model is never priced as the same model of another biller', () => {
    const rows = [model('openai', { exact: 'gpt-4o' }), model('azure', { exact: 'gpt-5' })];
    expect(cost(rows, 'azure', 'gpt-4o')).toBe('unpriced 0: model-unknown');
    expect(cost(rows, 'groq', 'gpt-4o')).toBe('unpriced 0: provider-unknown');
  });
});
