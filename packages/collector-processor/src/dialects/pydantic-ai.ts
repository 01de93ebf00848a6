import type { Dialect } from './dialect.ts';
import { GEN_AI_CALL, GEN_AI_ROLE, GEN_AI_TOKENS } from './gen-ai-keys.ts';

/** Pydantic AI and Logfire. Agent runs carry `gen_ai.aggregated_usage.*`, or in older versions the same keys as their calls. */
export const pydanticAi: Dialect = {
  id: 'pydantic-ai',
  version: 1,
  emitter: 'Pydantic AI and Logfire',
  limits: [
    'Its own cost (`operation.cost`) is a list price of the client and is not read.',
    'Of cache writes the part that lives for an hour is on the span; the rest has no lifetime.',
  ],
  evidence: 'captured',
  detect: [{ scope: ['pydantic-ai', 'pydantic_ai', 'logfire.pydantic-ai'] }],
  call: {
    ...GEN_AI_CALL,
    // Runs of an agent had no operation name in the first versions.
    role: { ...GEN_AI_ROLE, absent: 'aggregate' },
    tokens: {
      ...GEN_AI_TOKENS,
      cacheRead: [...(GEN_AI_TOKENS.cacheRead ?? []), 'gen_ai.usage.details.cache_read_tokens'],
      cacheWrite: [...(GEN_AI_TOKENS.cacheWrite ?? []), 'gen_ai.usage.details.cache_write_tokens'],
      cacheWrite5m: ['gen_ai.usage.details.ephemeral_5m_input_tokens'],
      cacheWrite1h: ['gen_ai.usage.details.ephemeral_1h_input_tokens'],
    },
  },
};
