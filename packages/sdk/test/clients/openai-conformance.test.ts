import { type FakeProvider, startFakeOpenAi } from '@costspan/testkit';
import OpenAI from 'openai';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { see, spanUsage, toldUsage } from '../support/compare.ts';
import { measure } from '../support/measure.ts';
import { openaiScenarios } from './openai-scenarios.ts';

let server: FakeProvider;
beforeAll(async () => {
  server = await startFakeOpenAi();
});
afterAll(() => server.close());

const bareClient = (): OpenAI => new OpenAI({ baseURL: `${server.url}/v1`, apiKey: 'sk-test' });

test.each(openaiScenarios)('$name: the host sees the same', async (scenario) => {
  const bare = await see(server, bareClient(), scenario);
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
  expect(spanUsage(await spans())).toEqual(toldUsage(server.log.slice(from)));
});

// The one thing the metered client may send otherwise: it asks for the usage of a stream whose caller left that open.
const withoutAskedUsage = (request: unknown): unknown => {
  const { body, ...rest } = request as { readonly body: Readonly<Record<string, unknown>> };
  const { stream_options: options, ...fields } = body;
  const { include_usage: _, ...others } = (options ?? {}) as Readonly<Record<string, unknown>>;
  return { ...rest, body: { ...fields, others } };
};
