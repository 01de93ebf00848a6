import type { Dialect } from './dialect.ts';

/** Requests of Claude Code, as its spans carry them. */
export const claudeCode: Dialect = {
  id: 'claude-code',
  version: 1,
  emitter: 'Claude Code (span claude_code.llm_request)',
  limits: [
    'Its log events and metrics carry the same tokens again: only spans are read.',
    'Under a subscription nothing is billed per request, and the span does not say which plan it runs on.',
    'The lifetime of cache writes is not on the span.',
  ],
  evidence: 'documented',
  detect: [{ name: ['claude_code.llm_request'] }],
  call: {
    role: { keys: [], byValue: {}, otherwise: 'call', absent: 'call' },
    provider: ['gen_ai.provider.name', 'gen_ai.system'],
    providerOtherwise: 'anthropic',
    model: ['gen_ai.response.model', 'gen_ai.request.model', 'model'],
    responseId: ['gen_ai.response.id'],
    requestId: ['request_id'],
    agent: ['query_source'],
    tokens: {
      input: ['input_tokens'],
      output: ['output_tokens'],
      cacheRead: ['cache_read_tokens'],
      cacheWrite: ['cache_creation_tokens'],
    },
    caches: 'beside',
  },
};
