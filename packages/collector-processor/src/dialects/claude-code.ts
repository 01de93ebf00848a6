import type { CallKeys, Dialect } from './dialect.ts';
import type { LogDialect } from './log-dialect.ts';

/** How Claude Code names who bills its requests. */
const PROVIDERS: Readonly<Record<string, string>> = { firstParty: 'anthropic', bedrock: 'aws.bedrock', vertex: 'gcp.vertex_ai' };

const CALL: CallKeys = {
  role: { keys: [], byValue: {}, otherwise: 'call', absent: 'call' },
  provider: ['anthropic.provider', 'gen_ai.provider.name', 'gen_ai.system'],
  providerOf: (name) => (Object.hasOwn(PROVIDERS, name) ? (PROVIDERS[name] ?? name) : name),
  providerOtherwise: 'anthropic',
  model: ['gen_ai.response.model', 'gen_ai.request.model', 'model'],
  // Spans name the request where the answer's id belongs; both signals carry it, so it is what tells that they are one call.
  responseId: ['gen_ai.response.id', 'request_id'],
  requestId: ['request_id'],
  agent: ['query_source', 'query_source_safe'],
  tokens: {
    input: ['input_tokens'],
    output: ['output_tokens'],
    cacheRead: ['cache_read_tokens'],
    cacheWrite: ['cache_creation_tokens'],
    cacheWrite5m: ['cache_creation_5m_tokens'],
    cacheWrite1h: ['cache_creation_1h_tokens'],
  },
  caches: 'beside',
};

const LIMITS: readonly string[] = [
  'Its metrics carry the same tokens again and are not read.',
  'Under a subscription nothing is billed per request, and nothing says which plan it runs on.',
  'Its own cost (`cost_usd`) is a list price of the client and is not read.',
];

/** Requests of Claude Code, as its spans carry them. */
export const claudeCode: Dialect = {
  id: 'claude-code',
  version: 1,
  emitter: 'Claude Code (span claude_code.llm_request)',
  limits: [...LIMITS, 'The lifetime of cache writes is not on the span; its log event has it.'],
  evidence: 'captured',
  detect: [{ name: ['claude_code.llm_request'] }],
  call: CALL,
};

/** The same requests, as its log events carry them. */
export const claudeCodeEvent: LogDialect = {
  id: 'claude-code-event',
  version: 1,
  emitter: 'Claude Code (log event claude_code.api_request)',
  limits: LIMITS,
  evidence: 'captured',
  detect: [{ name: ['claude_code.api_request'] }],
  call: CALL,
  identity: ['request_id', 'session.id', 'event.sequence', 'event.timestamp'],
  durationMs: 'duration_ms',
};
