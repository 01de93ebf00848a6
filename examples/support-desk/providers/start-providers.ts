import { type FakeAttempt, startFakeAnthropic, startFakeOpenAi, startFakeQdrant } from '@costspan/testkit';
import { anthropicScript } from './anthropic-script.ts';
import { itemOf } from './item-of.ts';
import { openAiScript } from './openai-script.ts';
import { startServices } from './services.ts';

/** What a provider says happened, one line per attempt: the other side of every number in the report. */
export type ProviderLine = {
  readonly provider: string;
  readonly path: string;
  readonly item?: string;
  readonly model?: string;
  /** Absent: never answered. */
  readonly status?: number;
  /** What the provider bills, in disjoint units. */
  readonly usage?: Readonly<Record<string, number>>;
};

/** The stand-ins of everything the support desk buys from others. */
export type Providers = {
  /** Environment of the agents: the official clients read their own variables, as they do everywhere. */
  readonly environment: Readonly<Record<string, string>>;
  readonly lines: () => readonly ProviderLine[];
  readonly close: () => Promise<void>;
};

/** Starts all stand-ins on free ports. With accounts of your own you need none of this: leave the variables out and set your keys. */
export async function startProviders(): Promise<Providers> {
  const openAi = await startFakeOpenAi({ script: openAiScript });
  const anthropic = await startFakeAnthropic({ script: anthropicScript });
  const qdrant = await startFakeQdrant();
  const services = await startServices();
  return {
    environment: {
      OPENAI_BASE_URL: `${openAi.url}/v1`,
      OPENAI_API_KEY: 'sk-not-needed-here',
      ANTHROPIC_BASE_URL: anthropic.url,
      ANTHROPIC_API_KEY: 'sk-ant-not-needed-here',
      QDRANT_URL: qdrant.url,
      SERVICES_URL: services.url,
    },
    lines: () => [
      ...openAi.log.map((attempt) => line('openai', attempt)),
      ...anthropic.log.map((attempt) => line('anthropic', attempt)),
      ...qdrant.log.map((attempt) => line('qdrant', attempt)),
      ...services.calls.map((call) => ({ provider: 'services', ...call })),
    ],
    close: async () => {
      await Promise.all([openAi, anthropic, qdrant, services].map((server) => server.close()));
    },
  };
}

function line(provider: string, { request, model, status, usage }: FakeAttempt): ProviderLine {
  const item = itemOf(request.text);
  return {
    provider,
    path: request.path,
    ...(item === undefined ? {} : { item }),
    ...(model === '' ? {} : { model }),
    ...(status === undefined ? {} : { status }),
    ...(usage === undefined ? {} : { usage }),
  };
}
