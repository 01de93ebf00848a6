import { type FakeProvider, openaiScenarios, see, startFakeOpenAi, toldUsage, withoutAskedUsage } from '@costspan/testkit';
import OpenAI from 'openai';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { measure } from '../support/measure.ts';
import { spanUsage } from '../support/span-usage.ts';

let server: FakeProvider;
beforeAll(async () => {
  server = await startFakeOpenAi();
});
afterAll(() => server.close());

const bareClient = (): OpenAI => new OpenAI({ baseURL: `${server.url}/v1`, apiKey: 'sk-test' });

test.each(openaiScenarios)('$name: the host sees the same', async (scenario) => {
  const bare = await see(server, bareClient(), scenario);
  expect('error' in bare).toBe(scenario.isRefused ?? false);
  const { costspan } = measure();
  const metered = await see(server, costspan.meter(bareClient()), scenario);
  expect({ ...metered, requests: metered.requests.map(withoutAskedUsage) }).toEqual({
    ...bare,
    requests: bare.requests.map(withoutAskedUsage),
  });
});

test.each(openaiScenarios)('$name: usage equals what the server told', async (scenario) => {
  const { costspan, spans } = measure();
  const from = server.log.length;
  await see(server, costspan.meter(bareClient()), scenario);
  expect(spanUsage(await spans())).toEqual(scenario.usage ?? toldUsage(server.log.slice(from)));
});
