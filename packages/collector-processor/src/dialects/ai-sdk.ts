import { readAnthropicMessages, readGemini } from '@costspan/pricing';
import type { CacheRule, Dialect, Payload, PayloadReading, SpanFields, TokenKeys } from './dialect.ts';
import { GEN_AI_CALL } from './gen-ai-keys.ts';
import { fieldOf, textFieldOf } from './json-field.ts';
import { providerOfAiSdk } from './provider-of-ai-sdk.ts';

const TOKENS: TokenKeys = {
  input: ['ai.usage.inputTokens', 'ai.usage.promptTokens', 'ai.usage.tokens', 'gen_ai.usage.input_tokens'],
  output: ['ai.usage.outputTokens', 'ai.usage.completionTokens', 'gen_ai.usage.output_tokens'],
  total: ['ai.usage.totalTokens'],
  cacheRead: ['ai.usage.inputTokenDetails.cacheReadTokens', 'ai.usage.cachedInputTokens'],
  cacheWrite: ['ai.usage.inputTokenDetails.cacheWriteTokens'],
  reasoning: ['ai.usage.outputTokenDetails.reasoningTokens', 'ai.usage.reasoningTokens'],
};

// Version 6 brought the details and made the input include the caches for every provider. In version 5 the providers
// that Anthropic's models come through handed on raw counts.
const DETAIL_KEYS: readonly string[] = [
  'ai.usage.inputTokenDetails.noCacheTokens',
  'ai.usage.inputTokenDetails.cacheReadTokens',
  'ai.usage.inputTokenDetails.cacheWriteTokens',
];
const RAW_PROVIDERS: readonly string[] = ['anthropic', 'amazon-bedrock'];

const CACHES: CacheRule = {
  explained: 'inside, but beside for Anthropic and Bedrock on spans of version 5, which are those without input details',
  of: (fields, provider) =>
    fields.present(DETAIL_KEYS) === undefined && (RAW_PROVIDERS.includes(provider) || isAnthropic(fields)) ? 'beside' : 'inside',
};

const isAnthropic = (fields: SpanFields): boolean => fields.text('ai.model.provider')?.includes('anthropic') === true;

const readProviderMetadata = (json: unknown): PayloadReading | undefined => {
  const anthropic = fieldOf(json, ['anthropic', 'usage']);
  if (anthropic !== undefined) return { usage: readAnthropicMessages(anthropic) };
  const gemini = fieldOf(json, ['google', 'usageMetadata']) ?? fieldOf(json, ['vertex', 'usageMetadata']);
  if (gemini !== undefined) return { usage: readGemini(gemini) };
  const serviceTier = textFieldOf(json, ['openai', 'serviceTier']);
  return serviceTier === undefined ? undefined : { usage: { kind: 'missing', reason: 'no-usage' }, serviceTier };
};

const PROVIDER_METADATA: Payload = {
  key: 'ai.response.providerMetadata',
  holds: 'usage as Anthropic or Gemini stated it, service tier of OpenAI',
  read: readProviderMetadata,
};

/** Spans of the Vercel AI SDK 5 and 6, and of 7 in legacy mode. `ai.generateText` and the like repeat their `do` spans. */
export const aiSdk: Dialect = {
  id: 'ai-sdk',
  version: 1,
  emitter: 'Vercel AI SDK 5, 6 and, in legacy mode, 7',
  limits: [
    'Version 5 `generateText` carries neither cached nor reasoning tokens: without provider metadata such calls are estimated.',
    'A stream that was aborted leaves only its root span.',
  ],
  evidence: 'captured',
  detect: [{ scope: ['ai'], key: ['ai.operationId'] }],
  call: {
    ...GEN_AI_CALL,
    role: {
      keys: ['ai.operationId'],
      byValue: {
        'ai.generateText.doGenerate': 'call',
        'ai.streamText.doStream': 'call',
        'ai.generateObject.doGenerate': 'call',
        'ai.streamObject.doStream': 'call',
        'ai.embed.doEmbed': 'call',
        'ai.embedMany.doEmbed': 'call',
        'ai.toolCall': 'none',
      },
      otherwise: 'aggregate',
      absent: 'none',
    },
    categoryByValue: {
      'ai.embed.doEmbed': 'embedding',
      'ai.embedMany.doEmbed': 'embedding',
      'ai.embed': 'embedding',
      'ai.embedMany': 'embedding',
    },
    provider: ['ai.model.provider', 'gen_ai.system'],
    providerOf: providerOfAiSdk,
    model: ['ai.response.model', 'gen_ai.response.model', 'ai.model.id', 'gen_ai.request.model'],
    responseId: ['ai.response.id', 'gen_ai.response.id'],
    tokens: TOKENS,
    caches: CACHES,
    payloads: [PROVIDER_METADATA],
    doubt: {
      reason: 'cache-split-unknown',
      when: 'where version 5 states prompt tokens and nothing says how much of them was cached',
      holds: (fields, fromPayload) =>
        !fromPayload &&
        fields.present('ai.usage.promptTokens') !== undefined &&
        fields.present(TOKENS.cacheRead ?? []) === undefined,
    },
    otherKeys: DETAIL_KEYS,
  },
};

/** Spans of `@ai-sdk/otel`, the Vercel AI SDK 7. */
export const aiSdkOtel: Dialect = {
  id: 'ai-sdk-otel',
  version: 1,
  emitter: 'Vercel AI SDK 7 (@ai-sdk/otel)',
  limits: [
    'Reasoning tokens and the lifetime of cache writes are on the span only with `new OpenTelemetry({ usage: true, providerMetadata: true })`.',
    'An embedding has a parent of the same name and operation without usage: an embedding without usage is taken for it.',
  ],
  evidence: 'captured',
  detect: [{ scope: ['gen_ai'] }],
  call: {
    ...GEN_AI_CALL,
    providerOf: providerOfAiSdk,
    tokens: {
      ...GEN_AI_CALL.tokens,
      reasoning: [...(GEN_AI_CALL.tokens.reasoning ?? []), 'ai.usage.outputTokenDetails.reasoningTokens'],
    },
    payloads: [PROVIDER_METADATA],
    mayBeSum: (fields) =>
      fields.text('gen_ai.operation.name') === 'embeddings' &&
      fields.present(GEN_AI_CALL.tokens.input) === undefined &&
      fields.span.statusCode !== STATUS_ERROR,
  },
};

const STATUS_ERROR = 2;
