import { expect, test } from 'vitest';
import { catalogIdOf, parseSku, ROUTERS } from '../src/index.ts';

test.each([
  ['openai', 'openai'],
  ['azure.ai.openai', 'azure'],
  ['az.ai.inference', 'azure'],
  ['AWS.Bedrock', 'aws'],
  ['vertex_ai', 'google'],
  ['xai', 'x-ai'],
  ['someone-new', 'someone-new'],
  ['Someone-New', 'someone-new'],
])('%s is %s', (name, id) => {
  expect(catalogIdOf(name)).toBe(id);
});

test('a catalog identifier is its own identifier', () => {
  for (const name of [...ROUTERS, 'aws', 'azure', 'google', 'x-ai', 'mistral', 'human'])
    expect(catalogIdOf(catalogIdOf(name))).toBe(name);
});

test.each([
  ['qdrant/query', { provider: 'qdrant', model: 'query' }],
  ['openrouter/openai/gpt-5', { provider: 'openrouter', model: 'openai/gpt-5' }],
  ['qdrant', undefined],
  ['/query', undefined],
  ['qdrant/', undefined],
])('the SKU %s is %j', (sku, parts) => {
  expect(parseSku(sku)).toEqual(parts);
});
