/** How calls of a model are metered. */
export type AiMiddlewareOptions = {
  /** As for `fetch`. Default `annotate`: what a call cost is written on the AI SDK's own span where its telemetry is on. */
  readonly spans?: 'own' | 'annotate';
  /** Name of the provider in the price book. Default: what the model says, such as `aws.bedrock` of `amazon-bedrock`. */
  readonly provider?: string;
};

/**
 * A middleware for `wrapLanguageModel` of the Vercel AI SDK 5, 6 and 7. Written in its shape and not with its types, so that
 * one serves all three.
 */
export type AiMiddleware = {
  readonly specificationVersion: 'v3';
  readonly wrapGenerate: <R extends GeneratedResult>(options: {
    readonly doGenerate: () => PromiseLike<R>;
    readonly params: ModelCall;
    readonly model: NamedModel;
  }) => Promise<R>;
  readonly wrapStream: <R extends StreamedResult>(options: {
    readonly doStream: () => PromiseLike<R>;
    readonly params: ModelCall;
    readonly model: NamedModel;
  }) => Promise<R>;
};

/** What is read of the call of a model. */
export type ModelCall = {
  readonly prompt: unknown;
  readonly tools?: unknown;
  readonly maxOutputTokens?: number | undefined;
  readonly abortSignal?: AbortSignal | undefined;
};

/** A model, by the names it gives itself. */
export type NamedModel = { readonly provider: string; readonly modelId: string };

/** What is read of an answer, and of the last part of a streamed one. */
export type GeneratedResult = {
  readonly usage: unknown;
  readonly providerMetadata?: unknown;
  readonly response?: { readonly id?: string | undefined; readonly modelId?: string | undefined } | undefined;
};

/** A streamed answer. */
export type StreamedResult = { readonly stream: ReadableStream<unknown> };
