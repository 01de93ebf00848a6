import type { FakeStep, FakeUsage } from '../server/script.ts';
import { all } from './drain.ts';
import type { Scenario } from './scenario.ts';

/**
 * A version of the Vercel AI SDK with a model of its own to ask. Versions have no type in common, so only what scenarios read
 * is said of results.
 */
export type AiSdk = {
  readonly generateText: (options: object) => PromiseLike<AiAnswer>;
  readonly streamText: (options: object) => AiStream;
  readonly generateObject: (options: object) => PromiseLike<{ readonly object: unknown; readonly usage: unknown }>;
  readonly streamObject: (options: object) => {
    readonly partialObjectStream: AsyncIterable<unknown>;
    readonly object: PromiseLike<unknown>;
  };
  readonly tool: (options: object) => object;
  readonly jsonSchema: (schema: object) => object;
  readonly stepCountIs: (count: number) => unknown;
  readonly model: unknown;
  /** Options that switch the telemetry of this version on. */
  readonly telemetry: object;
};

type AiAnswer = {
  readonly text: string;
  readonly finishReason: unknown;
  readonly usage: unknown;
  readonly totalUsage: unknown;
  readonly toolCalls: readonly { readonly toolName: string; readonly input: unknown }[];
  readonly steps: readonly { readonly text: string; readonly usage: unknown }[];
};

type AiStream = {
  readonly textStream: AsyncIterable<string>;
  readonly fullStream: AsyncIterable<{ readonly type: string; readonly error?: unknown }>;
  readonly text: PromiseLike<string>;
  readonly totalUsage: PromiseLike<unknown>;
};

/** What differs between the providers whose models are asked. */
export type AiProvider = {
  /** Usage that one answer tells. */
  readonly usage: FakeUsage;
  /** What a stream has told that is left after its first pieces. Default: nothing. */
  readonly usageOfCut?: FakeUsage;
  /** Events of a stream until its first piece of text is out. */
  readonly eventsToText: number;
};

const busy = (status: number): FakeStep => ({ status, retryAfterMs: 1 });
const prompt = 'Where is my parcel?';

/** Uses of the Vercel AI SDK that must look the same to its host, metered or not, by a provider. */
export const aiScenarios = ({ usage, usageOfCut = {}, eventsToText }: AiProvider): readonly Scenario<AiSdk>[] => {
  const answer: FakeStep = { reply: { usage, text: 'one two three four five' } };
  const toolCall: FakeStep = { reply: { usage, toolCalls: [{ name: 'parcel', arguments: { number: 'P-7' } }] } };
  const parcel: FakeStep = { reply: { usage, text: '{"city":"Rotterdam"}' } };
  return [
    { name: 'generateText', steps: [answer], act: (sdk) => generate(sdk) },
    { name: 'streamText', steps: [answer], act: (sdk) => stream(sdk) },
    {
      name: 'streamText, every part',
      steps: [answer],
      act: (sdk) => partsOf(sdk),
    },
    { name: 'generateText, 429, then an answer', steps: [busy(429), answer], act: (sdk) => generate(sdk) },
    { name: 'generateText, 500 and 503, then an answer', steps: [busy(500), busy(503), answer], act: (sdk) => generate(sdk) },
    { name: 'streamText, 429, then an answer', steps: [busy(429), answer], act: (sdk) => stream(sdk) },
    {
      name: 'generateText, 429 to the end',
      isRefused: true,
      steps: [busy(429), busy(429)],
      act: (sdk) => generate(sdk, { maxRetries: 1 }),
    },
    { name: 'generateText, 400', isRefused: true, steps: [{ status: 400 }], act: (sdk) => generate(sdk) },
    {
      name: 'generateText with a tool',
      steps: [toolCall, answer],
      act: (sdk) => generate(sdk, { tools: toolsOf(sdk), stopWhen: sdk.stepCountIs(3) }),
    },
    {
      name: 'streamText with a tool',
      steps: [toolCall, answer],
      act: (sdk) => stream(sdk, { tools: toolsOf(sdk), stopWhen: sdk.stepCountIs(3) }),
    },
    {
      name: 'generateText with a tool that nobody runs',
      steps: [toolCall],
      act: (sdk) => generate(sdk, { tools: { parcel: sdk.tool({ inputSchema: numberSchema(sdk) }) } }),
    },
    {
      name: 'generateObject',
      steps: [parcel],
      act: async (sdk) => {
        const { object: value, usage: used } = await sdk.generateObject({ ...asked(sdk), schema: citySchema(sdk) });
        return { value, used };
      },
    },
    {
      name: 'streamObject',
      steps: [parcel],
      act: async (sdk) => {
        const { partialObjectStream, object: value } = sdk.streamObject({ ...asked(sdk), schema: citySchema(sdk) });
        return { pieces: await all(partialObjectStream), value: await value };
      },
    },
    {
      name: 'generateObject of an answer that is none',
      isRefused: true,
      steps: [answer],
      act: (sdk) => Promise.resolve(sdk.generateObject({ ...asked(sdk), schema: citySchema(sdk) })),
    },
    {
      name: 'generateText, aborted before the answer',
      isRefused: true,
      steps: [{ hang: 'before-headers' }],
      act: (sdk, { arrived }) => {
        const abort = new AbortController();
        const stop = (): void => abort.abort();
        arrived().then(stop, stop);
        return generate(sdk, { abortSignal: abort.signal });
      },
    },
    {
      name: 'streamText, aborted in the middle',
      steps: [{ ...answer, stream: { holdAfterEvents: eventsToText } }],
      usage: usageOfCut,
      act: async (sdk) => {
        const abort = new AbortController();
        const pieces: string[] = [];
        for await (const piece of sdk.streamText({ ...asked(sdk), abortSignal: abort.signal }).textStream) {
          pieces.push(piece);
          abort.abort();
        }
        return pieces;
      },
    },
    {
      name: 'streamText, the connection breaks in the middle',
      steps: [{ ...answer, stream: { cutAfterEvents: eventsToText } }],
      usage: usageOfCut,
      act: (sdk) => partsOf(sdk),
    },
    {
      name: 'streamText, the provider fails in the middle',
      steps: [{ ...answer, stream: { failAfterEvents: eventsToText } }],
      usage: usageOfCut,
      act: (sdk) => partsOf(sdk),
    },
    {
      name: 'calls side by side',
      steps: Array.from({ length: 4 }, () => answer),
      act: (sdk) => Promise.all(Array.from({ length: 4 }, () => generate(sdk))),
    },
  ];
};

const asked = (sdk: AiSdk, options: object = {}): object => ({
  model: sdk.model,
  prompt,
  maxOutputTokens: 500,
  // What an error in a stream is reported to; by default it is written to the console.
  onError: () => undefined,
  ...sdk.telemetry,
  ...options,
});

const generate = async (sdk: AiSdk, options?: object): Promise<unknown> => {
  const { text, finishReason, usage, totalUsage, toolCalls, steps } = await sdk.generateText(asked(sdk, options));
  return {
    text,
    finishReason,
    usage,
    totalUsage,
    tools: toolCalls.map(({ toolName, input }) => ({ toolName, input })),
    steps: steps.map((step) => ({ text: step.text, usage: step.usage })),
  };
};

const stream = async (sdk: AiSdk, options?: object): Promise<unknown> => {
  const answer = sdk.streamText(asked(sdk, options));
  return { pieces: await all(answer.textStream), text: await answer.text, usage: await answer.totalUsage };
};

/** The kinds of parts a stream gives; versions differ in whether a failure is one of them or is thrown. */
const partsOf = async (sdk: AiSdk): Promise<readonly string[]> => {
  const kinds: string[] = [];
  try {
    for await (const { type } of sdk.streamText(asked(sdk)).fullStream) kinds.push(type);
  } catch (error) {
    kinds.push(error instanceof Error ? error.name : String(error));
  }
  return kinds;
};

const numberSchema = (sdk: AiSdk): object =>
  sdk.jsonSchema({ type: 'object', properties: { number: { type: 'string' } }, required: ['number'] });

const citySchema = (sdk: AiSdk): object =>
  sdk.jsonSchema({ type: 'object', properties: { city: { type: 'string' } }, required: ['city'], additionalProperties: false });

const toolsOf = (sdk: AiSdk): object => ({
  parcel: sdk.tool({
    description: 'Where a parcel is',
    inputSchema: numberSchema(sdk),
    execute: async () => 'in Rotterdam',
  }),
});
