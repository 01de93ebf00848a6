import { deepStrictEqual } from 'node:assert';
import type { Costspan } from '@costspan/sdk';
import type * as Testkit from '@costspan/testkit';
import type { OtlpSink, Scenario } from '@costspan/testkit';
import { createAiPairs } from './ai-pairs.ts';
import { type AppSpans, createAppSpans } from './app-spans.ts';
import { type Cell, type CellResult, clients } from './cell-type.ts';
import { createClientPairs } from './client-pairs.ts';
import { StuckError, whatIsOpen, within } from './deadline.ts';
import type { Loaded } from './loaded-type.ts';
import type { Pair } from './pair-type.ts';
import { usageIn } from './usage-in.ts';

/** Longest time of one scenario, bare, metered and once more for its usage: fifty times what the slowest takes. */
const scenarioTimeoutMs = 60_000;

/** How often a scenario is tried whose course is decided by a timeout of its client. */
const timedTriesMax = 3;

/** How long a process may go on after its last scenario: only something left open keeps it that long. */
const endsWithinMs = 15_000;

type Bench = {
  readonly costspan: Costspan;
  readonly sink: OtlpSink;
  readonly spans: AppSpans;
  readonly testkit: typeof Testkit;
};

/**
 * Runs every scenario bare and metered, compares what the host saw, and what was measured with what the server told, and
 * prints the result. The process must then end by itself.
 */
export const runCell = async (
  { client, isFull }: Pick<Cell, 'client'> & { readonly isFull: boolean },
  loaded: Loaded,
): Promise<void> => {
  const { createCostspan, testkit, register, library } = loaded;
  const sink = await testkit.startOtlpSink();
  const costspan = createCostspan({ endpoint: sink.url, includeUsageHosts: ['127.0.0.1'], onMisuse: 'throw' });
  const spans = createAppSpans();
  register([costspan.spanProcessor, spans.processor]);
  const bench: Bench = { costspan, sink, spans, testkit };
  const pairs = await (library.kind === 'ai'
    ? createAiPairs(library, { ...bench, isFull })
    : createClientPairs(library, { ...bench, isOpenAi: client.startsWith('openai') }));
  const impossible: readonly string[] = clients[client];
  const isPossible = ({ bare }: Pair, scenario: Scenario<object>): boolean =>
    !impossible.includes(scenario.name) && testkit.canAct(bare, scenario);
  const planned = pairs.flatMap((pair) => pair.scenarios.map((scenario) => ({ pair, scenario })));
  const possible = planned.filter(({ pair, scenario }) => isPossible(pair, scenario));
  const skipped = planned.filter(({ pair, scenario }) => !isPossible(pair, scenario)).map(({ scenario }) => scenario.name);
  const failures: string[] = [];
  for (const { pair, scenario } of possible) {
    const what = pair.name === '' ? scenario.name : `${pair.name}: ${scenario.name}`;
    try {
      await within(scenarioTimeoutMs, { what, server: pair.server }, () => check(pair, scenario, bench));
    } catch (error) {
      if (error instanceof StuckError) return stop({ passed: 0, skipped, failures: [...failures, error.message] });
      failures.push(`${what}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  await costspan.shutdown();
  await Promise.all([...new Set(pairs.map(({ server }) => server)), sink].map((server) => server.close()));
  console.log(JSON.stringify({ passed: possible.length - failures.length, skipped, failures } satisfies CellResult));
  setTimeout(() => {
    console.error(`all scenarios were over, but the process did not end: ${whatIsOpen()}`);
    process.exit(1);
  }, endsWithinMs).unref();
};

const stop = (result: CellResult): never => {
  console.log(JSON.stringify(result));
  process.exit(0);
};

const check = async (pair: Pair, scenario: Scenario<object>, bench: Bench): Promise<void> => {
  const triesMax = scenario.isTimed === true ? timedTriesMax : 1;
  for (let tried = 1; ; tried += 1) {
    try {
      await compare(pair, scenario, bench);
      await checkUsage(pair, scenario, bench);
      return;
    } catch (error) {
      if (tried === triesMax) throw error;
    }
  }
};

const compare = async (pair: Pair, scenario: Scenario<object>, { spans, testkit }: Bench): Promise<void> => {
  const { server, bare, metered, sums } = pair;
  const run = async (client: object) => {
    const { result, traceId } = await spans.traced(async () => {
      const timersBefore = openTimers();
      const seen = await testkit.see(server, client, scenario);
      return { seen, timers: openTimers() - timersBefore };
    });
    return { ...result, traceId };
  };
  const expected = await run(bare);
  if ('error' in expected.seen !== (scenario.isRefused ?? false)) {
    throw new Error(`the bare client: ${JSON.stringify(expected.seen.error ?? 'should have been refused')}`);
  }
  const found = await run(metered);
  deepStrictEqual(
    { ...found.seen, requests: found.seen.requests.map(testkit.withoutAskedUsage), timers: found.timers },
    {
      ...expected.seen,
      requests: expected.seen.requests.map(testkit.withoutAskedUsage).map(withoutTrace),
      timers: expected.timers,
    },
  );
  if (sums === undefined) return;
  const sumsOf = ({ traceId }: { readonly traceId: string }) => spans.sums(traceId, sums);
  const isSame = (): boolean => JSON.stringify(sumsOf(found)) === JSON.stringify(sumsOf(expected));
  await testkit.waitFor('the same sums', isSame, { timeoutMs: 2_000 }).catch(() => undefined);
  deepStrictEqual(sumsOf(found), sumsOf(expected), 'sums over the spans of the application differ');
};

// A metered Anthropic client does not tell the provider about the application's traces any more.
const withoutTrace = (request: unknown): unknown => {
  const { headers, ...rest } = request as { readonly headers: Readonly<Record<string, string>> };
  const { traceparent: _, ...others } = headers;
  return { ...rest, headers: others };
};

// What keeps a process alive. Sockets of the connection pool are shared by both clients.
const openTimers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;

const checkUsage = async (pair: Pair, scenario: Scenario<object>, { costspan, sink, testkit }: Bench): Promise<void> => {
  const { server, metered, isBlindToCuts } = pair;
  await costspan.flush();
  const from = { attempts: server.log.length, requests: sink.accepted('traces').length };
  await testkit.see(server, metered, scenario);
  const ofCut = isBlindToCuts === true ? {} : scenario.usage;
  const expected = (scenario.usage === undefined ? undefined : ofCut) ?? testkit.toldUsage(server.log.slice(from.attempts));
  let found: Readonly<Record<string, number>> = {};
  const isSame = async (): Promise<boolean> => {
    await costspan.flush();
    found = usageIn(sink.accepted('traces').slice(from.requests), testkit);
    return JSON.stringify(sorted(found)) === JSON.stringify(sorted(expected));
  };
  // A client that aborts a request learns a moment later that the connection is gone, and so do we.
  await testkit.waitFor('usage', isSame, { timeoutMs: 2_000 }).catch(() => undefined);
  deepStrictEqual(sorted(found), sorted(expected), 'usage differs from what the server told');
};

const sorted = (usage: Readonly<Record<string, number>>): readonly (readonly [string, number])[] =>
  Object.entries(usage).toSorted(([left], [right]) => (left < right ? -1 : 1));
