import type { AiMiddlewareOptions, Costspan, FetchOptions } from '@costspan/sdk';
import type * as Testkit from '@costspan/testkit';
import type { AiProvider, FakeProvider, Scenario } from '@costspan/testkit';
import type { AiLibrary } from './loaded-type.ts';
import type { Pair } from './pair-type.ts';

/** How a model is metered. */
type Way = { readonly fetch: FetchOptions } | { readonly middleware: AiMiddlewareOptions };

/** A model of the AI SDK, what its provider says, and the ways it is metered in. */
type Asked = {
  readonly name: string;
  readonly server: FakeProvider;
  readonly provider: AiProvider;
  readonly model: (options: { readonly fetch?: unknown }) => unknown;
  /** The first stands for all where time is short. */
  readonly ways: readonly [Way, ...Way[]];
};

const openai = {
  usage: { input_text_tokens: 1000, input_cache_read_text_tokens: 200, output_text_tokens: 50, output_reasoning_tokens: 30 },
};

const written = {
  input_text_tokens: 900,
  input_cache_read_text_tokens: 300,
  input_cache_write_5m_tokens: 40,
  input_cache_write_1h_tokens: 20,
};

/** Models of the Vercel AI SDK with its telemetry on, bare and metered: at the fetch and at the model. */
export const createAiPairs = async (
  library: AiLibrary,
  options: { readonly costspan: Costspan; readonly testkit: typeof Testkit; readonly isFull: boolean },
): Promise<readonly Pair[]> => {
  const { costspan, testkit, isFull } = options;
  const asked = await modelsOf(library, testkit);
  return asked.flatMap(({ name, server, provider, model, ways }) =>
    (isFull ? ways : ways.slice(0, 1)).map((way): Pair => {
      const isAtFetch = 'fetch' in way;
      const { spans } = isAtFetch ? way.fetch : way.middleware;
      const metered = isAtFetch
        ? model({ fetch: costspan.fetch(way.fetch) })
        : library.ai.wrapLanguageModel({ model: model({}), middleware: costspan.aiMiddleware(way.middleware) });
      return {
        name: `${name}, ${isAtFetch ? 'fetch' : 'middleware'} ${spans}`,
        server,
        bare: withModel(library, model({})),
        metered: withModel(library, metered),
        scenarios: testkit.aiScenarios(provider) as readonly Scenario<object>[],
        sums: spans === 'annotate' ? 'all' : 'others',
        isBlindToCuts: !isAtFetch,
      };
    }),
  );
};

const annotate = { spans: 'annotate' } as const;
const own = { spans: 'own' } as const;

const modelsOf = async (library: AiLibrary, testkit: typeof Testkit): Promise<readonly Asked[]> => {
  const { createOpenAI } = library.openai;
  const { createAnthropic } = library.anthropic;
  const { createAmazonBedrock } = library.bedrock;
  const [openaiServer, anthropicServer, bedrockServer] = await Promise.all([
    testkit.startFakeOpenAi(),
    testkit.startFakeAnthropic(),
    testkit.startFakeBedrock(),
  ]);
  const toOpenAi = { apiKey: 'k', baseURL: `${openaiServer.url}/v1` };
  const toAnthropic = { apiKey: 'k', baseURL: `${anthropicServer.url}/v1` };
  const toBedrock = { region: 'eu-central-1', accessKeyId: 'k', secretAccessKey: 's', baseURL: bedrockServer.url };
  return [
    {
      name: 'OpenAI responses',
      server: openaiServer,
      provider: { ...openai, eventsToText: 7 },
      model: (options) => createOpenAI({ ...toOpenAi, ...options })('gpt-5'),
      ways: [{ fetch: annotate }, { fetch: own }, { middleware: annotate }],
    },
    {
      name: 'OpenAI chat',
      server: openaiServer,
      provider: { ...openai, eventsToText: 3 },
      model: (options) => createOpenAI({ ...toOpenAi, ...options }).chat('gpt-5'),
      ways: [{ fetch: annotate }],
    },
    {
      name: 'Anthropic',
      server: anthropicServer,
      provider: {
        usage: { ...written, output_text_tokens: 60 },
        usageOfCut: { ...written, output_text_tokens: 1 },
        eventsToText: 4,
      },
      model: (options) => createAnthropic({ ...toAnthropic, ...options })('claude-sonnet-5'),
      ways: [{ middleware: annotate }, { fetch: annotate }],
    },
    {
      name: 'Bedrock',
      server: bedrockServer,
      // Without cache writes: of version 5 the middleware cannot learn how long they live.
      provider: {
        usage: { input_text_tokens: 900, input_cache_read_text_tokens: 300, output_text_tokens: 60 },
        eventsToText: 2,
      },
      model: (options) => createAmazonBedrock({ ...toBedrock, ...options })('anthropic.claude-sonnet-5-v1:0'),
      ways: [{ middleware: annotate }, { middleware: own }, { fetch: annotate }],
    },
  ];
};

const withModel = ({ ai, otel }: AiLibrary, model: unknown): object => {
  const telemetry =
    otel === undefined
      ? { experimental_telemetry: { isEnabled: true } }
      : { telemetry: { isEnabled: true, integrations: [new otel.OpenTelemetry()] } };
  return { ...ai, model, telemetry };
};
