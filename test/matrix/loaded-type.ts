import type { Costspan, CostspanOptions } from '@costspan/sdk';
import type * as Testkit from '@costspan/testkit';
import type { AiSdk } from '@costspan/testkit';
import type { SpanProcessor } from '@opentelemetry/sdk-trace';

/** What a cell has loaded, by `import` or by `require`. */
export type Loaded = {
  readonly createCostspan: (options: CostspanOptions) => Costspan;
  readonly testkit: typeof Testkit;
  /** Registers a tracer provider of the OpenTelemetry version under test, with a context manager. */
  readonly register: (spanProcessors: SpanProcessor[]) => void;
  readonly library: ClientLibrary | AiLibrary;
};

/** A client of one provider. */
export type ClientLibrary = {
  readonly kind: 'client';
  /** Its class; versions of different majors have no type in common. */
  readonly Client: new (
    options: object,
  ) => object;
};

/** A version of the Vercel AI SDK, with the packages of providers that belong to it. */
export type AiLibrary = {
  readonly kind: 'ai';
  readonly ai: Omit<AiSdk, 'model' | 'telemetry'> & { readonly wrapLanguageModel: (options: object) => unknown };
  readonly openai: { readonly createOpenAI: CreateProvider };
  readonly anthropic: { readonly createAnthropic: CreateProvider };
  readonly bedrock: { readonly createAmazonBedrock: CreateProvider };
  /** The integration that emits its spans, from version 7 on. */
  readonly otel?: { readonly OpenTelemetry: new () => object };
};

/** Makes models by name. */
export type CreateProvider = (options: object) => ((model: string) => unknown) & { readonly chat: (model: string) => unknown };
