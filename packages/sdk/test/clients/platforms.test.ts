import AnthropicBedrock from '@anthropic-ai/bedrock-sdk';
import type Anthropic from '@anthropic-ai/sdk';
import AnthropicVertex from '@anthropic-ai/vertex-sdk';
import {
  all,
  anthropicScenarios,
  canAct,
  type FakeProvider,
  type FakeStep,
  first,
  type Scenario,
  see,
  startFakeBedrock,
  startFakeVertex,
  toldUsage,
  waitFor,
} from '@costspan/testkit';
import { afterAll, beforeAll, describe, expect, expectTypeOf, test } from 'vitest';
import { measure, usageOf } from '../support/measure.ts';
import { spanUsage } from '../support/span-usage.ts';

type Platform = {
  readonly name: string;
  readonly provider: string;
  readonly start: () => Promise<FakeProvider>;
  readonly client: (url: string) => object;
};

const authClient = { getRequestHeaders: async () => new Headers({ authorization: 'Bearer t' }), projectId: 'p' };

const platforms: readonly Platform[] = [
  {
    name: 'Bedrock',
    provider: 'aws.bedrock',
    start: startFakeBedrock,
    client: (baseURL) => new AnthropicBedrock({ baseURL, awsRegion: 'us-east-1', awsAccessKey: 'key', awsSecretKey: 'secret' }),
  },
  {
    name: 'Vertex AI',
    provider: 'gcp.vertex_ai',
    start: startFakeVertex,
    client: (baseURL) => new AnthropicVertex({ baseURL, region: 'us-east5', projectId: 'p', authClient: authClient as never }),
  },
];

// What these platforms do not serve at all, and what is about the first-party API's own address.
const notServed = new Set(['batch, read when it is done', 'counting tokens']);
const scenarios = anthropicScenarios.filter(({ name }) => !notServed.has(name));

// Times and signatures are new in every request.
const steady = (requests: readonly unknown[]): readonly unknown[] =>
  requests.map((request) => {
    const { headers, ...rest } = request as { readonly headers: Readonly<Record<string, string>> };
    const { authorization: _, 'x-amz-content-sha256': __, ...others } = headers;
    return { ...rest, headers: others };
  });

describe.each(platforms)('$name', ({ provider, start, client }) => {
  let server: FakeProvider;
  beforeAll(async () => {
    server = await start();
  });
  afterAll(() => server.close());
  const bareClient = (): Anthropic => client(server.url) as Anthropic;

  test.each(scenarios)('$name: the host sees the same', async (scenario: Scenario<Anthropic>) => {
    expect(canAct(bareClient(), scenario)).toBe(true);
    const bare = await see(server, bareClient(), scenario);
    const { costspan } = measure();
    const metered = await see(server, costspan.meter(bareClient()), scenario);
    expect({ ...metered, requests: steady(metered.requests) }).toEqual({ ...bare, requests: steady(bare.requests) });
  });

  test.each(scenarios)('$name: usage equals what the server told', async (scenario: Scenario<Anthropic>) => {
    const { costspan, spans } = measure();
    const from = server.log.length;
    await see(server, costspan.meter(bareClient()), scenario);
    await server.settled();
    await waitFor('the spans of the calls', async () => (await spans()).length > 0);
    expect(spanUsage(await spans())).toEqual(scenario.usage ?? toldUsage(server.log.slice(from)));
  });

  test('the span says who answered and with which model', async () => {
    const { costspan, spans } = measure();
    const metered = costspan.meter(bareClient());
    await metered.messages.create({ model: 'claude-sonnet-5@20260901', max_tokens: 5, messages: [] });
    const [span] = await spans();
    expect(span?.attributes).toMatchObject({
      'gen_ai.provider.name': provider,
      'gen_ai.request.model': 'claude-sonnet-5@20260901',
      'costspan.category': 'llm',
    });
  });
});

test('the metered clients have the same types', () => {
  const { costspan } = measure();
  const bedrock = costspan.meter(new AnthropicBedrock({ awsRegion: 'us-east-1', awsAccessKey: 'k', awsSecretKey: 's' }));
  expectTypeOf(bedrock).toEqualTypeOf<AnthropicBedrock>();
  expect(bedrock).toBeInstanceOf(AnthropicBedrock);
  const vertex = costspan.meter(new AnthropicVertex({ region: 'us-east5', projectId: 'p', authClient: authClient as never }));
  expectTypeOf(vertex).toEqualTypeOf<AnthropicVertex>();
  expect(vertex).toBeInstanceOf(AnthropicVertex);
});

test('a stream of Bedrock that is left early is known to be incomplete', async () => {
  await using server = await startFakeBedrock();
  const { costspan, spans } = measure();
  const steps: readonly FakeStep[] = [
    { reply: { usage: { input_text_tokens: 9, output_text_tokens: 7 } }, stream: { holdAfterEvents: 4 } },
  ];
  server.enqueue(...steps);
  const client = costspan.meter(
    new AnthropicBedrock({ baseURL: server.url, awsRegion: 'us-east-1', awsAccessKey: 'k', awsSecretKey: 's' }),
  );
  await first(await client.messages.create({ model: 'm', max_tokens: 5, messages: [], stream: true }), 2);
  // The client aborts the request, which breaks the body a moment later.
  const [span] = await waitFor('the span', async () => {
    const found = await spans();
    return found.length > 0 && found;
  });
  expect([usageOf(span), span?.attributes['costspan.usage_missing']]).toEqual([
    { input_text_tokens: 9, output_text_tokens: 1 },
    true,
  ]);
});

test('a stream of Bedrock that fails names the exception', async () => {
  await using server = await startFakeBedrock();
  const { costspan, spans } = measure();
  server.enqueue({ stream: { failAfterEvents: 3 } });
  const client = costspan.meter(
    new AnthropicBedrock({ baseURL: server.url, awsRegion: 'us-east-1', awsAccessKey: 'k', awsSecretKey: 's' }),
  );
  const stream = await client.messages.create({ model: 'm', max_tokens: 5, messages: [], stream: true });
  await expect(all(stream)).rejects.toThrow();
  expect((await spans()).map(({ attributes }) => attributes['error.type'])).toEqual(['throttlingException']);
});
