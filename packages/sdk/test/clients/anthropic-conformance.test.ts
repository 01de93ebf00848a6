import Anthropic from '@anthropic-ai/sdk';
import { anthropicScenarios, type FakeProvider, see, startFakeAnthropic, toldUsage } from '@costspan/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { measure } from '../support/measure.ts';
import { spanUsage } from '../support/span-usage.ts';

let server: FakeProvider;
beforeAll(async () => {
  server = await startFakeAnthropic();
});
afterAll(() => server.close());

const bareClient = (): Anthropic => new Anthropic({ baseURL: server.url, apiKey: 'sk-test' });

test.each(anthropicScenarios)('$name: the host sees the same', async (scenario) => {
  const bare = await see(server, bareClient(), scenario);
  expect('error' in bare).toBe(scenario.isRefused ?? false);
  const { costspan } = measure();
  expect(await see(server, costspan.meter(bareClient()), scenario)).toEqual(bare);
});

test.each(anthropicScenarios)('$name: usage equals what the server told', async (scenario) => {
  const { costspan, spans } = measure();
  const from = server.log.length;
  await see(server, costspan.meter(bareClient()), scenario);
  const found = await spans();
  expect(spanUsage(found)).toEqual(scenario.usage ?? toldUsage(server.log.slice(from)));
});

const cutShort = anthropicScenarios.filter(({ usage }) => usage?.output_text_tokens === 1);

test.each(cutShort)('$name: the usage is known to be incomplete', async (scenario) => {
  const { costspan, spans } = measure();
  await see(server, costspan.meter(bareClient()), scenario);
  expect((await spans()).map(({ attributes }) => attributes['costspan.usage_missing'])).toEqual([true]);
});

test('counting tokens costs nothing and has no span', async () => {
  const { costspan, spans } = measure();
  const client = costspan.meter(bareClient());
  await client.messages.countTokens({ model: 'claude-sonnet-5', messages: [{ role: 'user', content: 'Hi' }] });
  expect(await spans()).toEqual([]);
});
