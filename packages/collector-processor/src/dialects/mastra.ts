import type { Dialect } from './dialect.ts';
import { GEN_AI_CALL, GEN_AI_ROLE, GEN_AI_TOKENS } from './gen-ai-keys.ts';
import { providerOfAiSdk } from './provider-of-ai-sdk.ts';

/** Mastra. One span of a call carries its usage, and the spans around it none; older releases have it a level higher. */
export const mastra: Dialect = {
  id: 'mastra',
  version: 1,
  emitter: 'Mastra, by its exporter for OpenTelemetry or its bridge',
  limits: [
    'There is no response id: a second instrumentation of the call cannot be told by it.',
    'The lifetime of cache writes is on the span only where Mastra knows it.',
  ],
  evidence: 'captured',
  detect: [{ scope: ['@mastra/otel-exporter', '@mastra/otel-bridge'] }],
  call: {
    ...GEN_AI_CALL,
    role: {
      ...GEN_AI_ROLE,
      byValue: {
        ...GEN_AI_ROLE.byValue,
        model_generation: 'aggregate',
        model_step: 'aggregate',
        model_chunk: 'none',
        processor_run: 'none',
      },
    },
    providerOf: providerOfAiSdk,
    tokens: {
      ...GEN_AI_TOKENS,
      cacheWrite5m: ['gen_ai.usage.cache_creation.5m_input_tokens'],
      cacheWrite1h: ['gen_ai.usage.cache_creation.1h_input_tokens'],
      inputMedia: { ...GEN_AI_TOKENS.inputMedia, audio: ['gen_ai.usage.audio_input_tokens'] },
      outputMedia: { ...GEN_AI_TOKENS.outputMedia, audio: ['gen_ai.usage.audio_output_tokens'] },
    },
  },
};
