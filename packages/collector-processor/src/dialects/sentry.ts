import type { Dialect } from './dialect.ts';
import { GEN_AI_CALL, GEN_AI_ROLE } from './gen-ai-keys.ts';

/** Spans of Sentry's AI monitoring, where they are exported as OTLP. Cached and reasoning tokens are parts of input and output. */
export const sentry: Dialect = {
  id: 'sentry',
  version: 1,
  emitter: 'Sentry SDKs with AI monitoring',
  limits: [
    'Reasoning tokens of OpenAI are not on the span: they stay in the output.',
    'Captured with version 10 of @sentry/node: version 11 takes no span processors of OpenTelemetry.',
    'The lifetime of cache writes and the service tier are not on the span.',
    'A library whose own counts leave the caches out is only noticed when the counts prove it.',
  ],
  evidence: 'captured',
  detect: [{ key: ['sentry.op'], keyPrefix: 'gen_ai.' }],
  call: {
    ...GEN_AI_CALL,
    role: {
      ...GEN_AI_ROLE,
      keys: ['gen_ai.operation.name', 'sentry.op'],
      byValue: {
        ...GEN_AI_ROLE.byValue,
        'gen_ai.chat': 'call',
        'gen_ai.embeddings': 'call',
        'gen_ai.execute_tool': 'none',
        'gen_ai.handoff': 'none',
        handoff: 'none',
        'gen_ai.invoke_agent': 'aggregate',
      },
    },
    categoryByValue: { embeddings: 'embedding', 'gen_ai.embeddings': 'embedding' },
  },
};
