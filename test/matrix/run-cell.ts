import { deepStrictEqual } from 'node:assert';
import type { Costspan, CostspanOptions } from '@costspan/sdk';
import type * as Testkit from '@costspan/testkit';
import type { FakeProvider, OtlpSink, Scenario } from '@costspan/testkit';
import type { SpanProcessor } from '@opentelemetry/sdk-trace';
import { type Cell, type CellResult, clients } from './cell-type.ts';

/** What a cell has loaded, by `import` or by `require`. */
export type Loaded = {
  readonly createCostspan: (options: CostspanOptions) => Costspan;
  readonly testkit: typeof Testkit;
  /** Registers a tracer provider of the OpenTelemetry version under test, with a context manager. */
  readonly register: (spanProcessors: SpanProcessor[]) => void;
  /** The class of a client; versions of different majors have no type in common. */
  readonly Client: new (
    options: object,
  ) => object;
};

/** Runs every scenario bare and metered and compares what the host saw, and what was measured with what the server told. */
export const runCell = async ({ client }: Pick<Cell, 'client'>, loaded: Loaded): Promise<CellResult> => {
  const { createCostspan, testkit, register, Client } = loaded;
  const isOpenAi = client.startsWith('openai');
  const server = await (isOpenAi ? testkit.startFakeOpenAi() : testkit.startFakeAnthropic());
  const sink = await testkit.startOtlpSink();
  const costspan = createCostspan({ endpoint: sink.url, includeUsageHosts: ['127.0.0.1'], onMisuse: 'throw' });
  register([costspan.spanProcessor]);
  const bare: object = new Client({ apiKey: 'sk-test', baseURL: isOpenAi ? `${server.url}/v1` : server.url });
  const metered = costspan.meter(bare);
  const scenarios = (isOpenAi ? testkit.openaiScenarios : testkit.anthropicScenarios) as readonly Scenario<object>[];
  const impossible: readonly string[] = clients[client];
  const isPossible = (scenario: Scenario<object>): boolean =>
    !impossible.includes(scenario.name) && testkit.canAct(bare, scenario);
  const failures: string[] = metered instanceof Client ? [] : ['the metered client is of another class'];
  for (const scenario of scenarios.filter(isPossible)) {
    try {
      await compare(scenario, { bare, metered, server, testkit });
      await checkUsage(scenario, { metered, server, sink, costspan, testkit });
    } catch (error) {
      failures.push(`${scenario.name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  await costspan.shutdown();
  await Promise.all([server.close(), sink.close()]);
  const skipped = scenarios.filter((scenario) => !isPossible(scenario)).map(({ name }) => name);
  return { passed: scenarios.length - skipped.length - failures.length, skipped, failures };
};

const compare = async (
  scenario: Scenario<object>,
  { bare, metered, server, testkit }: { bare: object; metered: object; server: FakeProvider; testkit: typeof Testkit },
): Promise<void> => {
  const timersBefore = openTimers();
  const expected = await testkit.see(server, bare, scenario);
  const timersOfBare = openTimers() - timersBefore;
  if ('error' in expected !== (scenario.isRefused ?? false)) {
    throw new Error(`the bare client: ${JSON.stringify(expected.error ?? 'should have been refused')}`);
  }
  const timersBetween = openTimers();
  const seen = await testkit.see(server, metered, scenario);
  deepStrictEqual(
    { ...seen, requests: seen.requests.map(testkit.withoutAskedUsage), timers: openTimers() - timersBetween },
    { ...expected, requests: expected.requests.map(testkit.withoutAskedUsage).map(withoutTrace), timers: timersOfBare },
  );
};

// A metered Anthropic client does not tell the provider about the application's traces any more.
const withoutTrace = (request: unknown): unknown => {
  const { headers, ...rest } = request as { readonly headers: Readonly<Record<string, string>> };
  const { traceparent: _, ...others } = headers;
  return { ...rest, headers: others };
};

// What keeps a process alive. Sockets of the connection pool are shared by both clients.
const openTimers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;

const checkUsage = async (
  scenario: Scenario<object>,
  context: { metered: object; server: FakeProvider; sink: OtlpSink; costspan: Costspan; testkit: typeof Testkit },
): Promise<void> => {
  const { metered, server, sink, costspan, testkit } = context;
  await costspan.flush();
  const from = { attempts: server.log.length, requests: sink.accepted('traces').length };
  await testkit.see(server, metered, scenario);
  const expected = scenario.usage ?? testkit.toldUsage(server.log.slice(from.attempts));
  let found: Readonly<Record<string, number>> = {};
  const isSame = async (): Promise<boolean> => {
    await costspan.flush();
    found = usageIn(sink.accepted('traces').slice(from.requests));
    return JSON.stringify(sorted(found)) === JSON.stringify(sorted(expected));
  };
  // A client that aborts a request learns a moment later that the connection is gone, and so do we.
  await testkit.waitFor('usage', isSame, { timeoutMs: 2_000 }).catch(() => undefined);
  deepStrictEqual(sorted(found), sorted(expected), 'usage differs from what the server told');
};

const sorted = (usage: Readonly<Record<string, number>>): readonly (readonly [string, number])[] =>
  Object.entries(usage).toSorted(([left], [right]) => (left < right ? -1 : 1));

type OtlpAttribute = {
  readonly key: string;
  readonly value: { readonly intValue?: number | string; readonly stringValue?: string };
};
type OtlpTraces = {
  readonly resourceSpans: readonly {
    readonly scopeSpans: readonly { readonly spans: readonly { readonly attributes: readonly OtlpAttribute[] }[] }[];
  }[];
};

const PREFIX = 'costspan.usage.';

const usageIn = (requests: readonly { readonly body: Buffer }[]): Readonly<Record<string, number>> => {
  const sum: Record<string, number> = {};
  const attributes = requests
    .flatMap(({ body }) => (JSON.parse(body.toString('utf8')) as OtlpTraces).resourceSpans)
    .flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans.flatMap((span) => span.attributes)));
  for (const { key, value } of attributes) {
    if (!key.startsWith(PREFIX)) continue;
    const unit = key.slice(PREFIX.length);
    sum[unit] = (sum[unit] ?? 0) + Number(value.intValue ?? value.stringValue);
  }
  return sum;
};
