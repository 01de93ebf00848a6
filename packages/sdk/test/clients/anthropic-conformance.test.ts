import Anthropic from '@anthropic-ai/sdk';
import { type FakeProvider, startFakeAnthropic } from '@costspan/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { see, spanUsage, toldUsage } from '../support/compare.ts';
import { measure } from '../support/measure.ts';
import { anthropicScenarios } from './anthropic-scenarios.ts';

let server: FakeProvider;
beforeAll(async () => {
  server = await startFakeAnthropic();
});
afterAll(() => server.close());

const bareClient = (): Anthropic => new Anthropic({ baseURL: server.url, apiKey: 'sk-test' });

test.each(anthropicScenarios)('$name: the host sees the same', async (scenario) => {
  const bare = await see(server, bareClient(), scenario);
  const { costspan } = measure();
  expect(await see(server, costspan.meter(bareClient()), scenario)).toEqual(bare);
});

// A stream that is cut short has told its input and a first count of its output.
const CUT = new Set([
  'early break',
  'stream helper, aborted',
  'the connection breaks in the middle of a stream',
  'the provider fails in the middle of a stream',
]);
const FREE = new Set(['counting tokens']);

test.each(anthropicScenarios.filter(({ name }) => !CUT.has(name) && !FREE.has(name)))(
  '$name: usage equals what the server told',
  async (scenario) => {
    const { costspan, spans } = measure();
    const from = server.log.length;
    await see(server, costspan.meter(bareClient()), scenario);
    expect(spanUsage(await spans())).toEqual(toldUsage(server.log.slice(from)));
  },
);

test.each(anthropicScenarios.filter(({ name }) => CUT.has(name)))(
  '$name: usage is what was told before the cut, and known to be incomplete',
  async (scenario) => {
    const { costspan, spans } = measure();
    await see(server, costspan.meter(bareClient()), scenario);
    const found = await spans();
    expect(spanUsage(found)).toEqual({
      input_text_tokens: 900,
      input_cache_read_text_tokens: 300,
      input_cache_write_5m_tokens: 40,
      input_cache_write_1h_tokens: 20,
      output_text_tokens: 1,
    });
    expect(found.map(({ attributes }) => attributes['costspan.usage_missing'])).toEqual([true]);
  },
);

test.each(anthropicScenarios.filter(({ name }) => FREE.has(name)))('$name costs nothing and has no span', async (scenario) => {
  const { costspan, spans } = measure();
  await see(server, costspan.meter(bareClient()), scenario);
  expect(await spans()).toEqual([]);
});
