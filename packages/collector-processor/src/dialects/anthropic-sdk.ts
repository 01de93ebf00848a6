import type { Dialect } from './dialect.ts';
import { GEN_AI_CALL, GEN_AI_TOKENS } from './gen-ai-keys.ts';

/** Spans that Anthropic's own client libraries emit, and those the Claude API exports for a request. */
export const anthropicSdk: Dialect = {
  id: 'anthropic-sdk',
  version: 1,
  emitter: 'Anthropic client libraries (TypeScript 0.134 or later, Python and others) and the Claude API',
  limits: [
    'Web searches, advisor runs and fallback iterations are not on the span.',
    'A stream that was cut has no output count.',
  ],
  evidence: 'captured',
  detect: [{ scope: ['com.anthropic.sdk.*', 'com.anthropic.claude-platform'] }],
  call: {
    ...GEN_AI_CALL,
    providerOtherwise: 'anthropic',
    requestId: ['anthropic.request.id'],
    tokens: {
      ...GEN_AI_TOKENS,
      // Compactions are billed on top of the counts of the answer.
      beside: [
        [['anthropic.usage.compaction.input_tokens'], 'input_text_tokens'],
        [['anthropic.usage.compaction.output_tokens'], 'output_text_tokens'],
      ],
    },
  },
};
