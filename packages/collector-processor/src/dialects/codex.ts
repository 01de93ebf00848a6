import type { CallKeys, Dialect } from './dialect.ts';
import type { LogDialect } from './log-dialect.ts';
import { providerOfModel } from './provider-of-model.ts';

const INFERRED = {
  reason: 'provider-inferred',
  when: 'always, because no provider is named',
  holds: (): boolean => true,
} as const;

const CALL: CallKeys = {
  role: { keys: [], byValue: {}, otherwise: 'call', absent: 'call' },
  provider: ['model'],
  providerOf: providerOfModel,
  providerOtherwise: 'openai',
  model: ['slug', 'model'],
  agent: ['originator'],
  tokens: {
    input: ['input_token_count'],
    output: ['output_token_count'],
    cacheRead: ['cached_token_count'],
    cacheWrite: ['cache_write_token_count'],
    reasoning: ['reasoning_token_count'],
    // It calls the total the count of tools.
    total: ['tool_token_count'],
  },
  caches: 'inside',
  doubt: INFERRED,
};

/** Answers to Codex CLI: its log event has the model and every count, but no id of the answer. */
export const codexEvent: LogDialect = {
  id: 'codex-event',
  version: 1,
  emitter: 'Codex CLI (log event codex.sse_event of kind response.completed)',
  limits: [
    'No provider is named: it is taken from the name of the model, so calls are estimated.',
    'The event names no trace: its work item is what its attributes or resource name, such as `conversation.id` as a configured key.',
    'Under a subscription nothing is billed per request.',
  ],
  evidence: 'captured',
  detect: [{ name: ['codex.sse_event'], key: ['input_token_count'] }],
  call: CALL,
  identity: ['conversation.id', 'event.timestamp', 'event.kind'],
};

/**
 * Requests of Codex CLI, which stand in its trace: they say that the usage of the turn above them is told by events, so that
 * the sum of the turn is not taken for calls that never came.
 */
export const codexRequestEvent: LogDialect = {
  id: 'codex-request-event',
  version: 1,
  emitter: 'Codex CLI (log event codex.api_request)',
  limits: ['Usage is in the event of the completed answer alone.'],
  evidence: 'captured',
  detect: [{ name: ['codex.api_request'] }],
  keys: ['model', 'slug', 'originator', 'attempt'],
  reads: [['a request', 'a call that another event tells the usage of, itself not billed']],
  read: (fields) => ({
    role: 'call',
    category: 'llm',
    provider: providerOfModel(fields.text('model') ?? '') || 'openai',
    model: fields.text('slug') ?? fields.text('model') ?? '',
    usage: { kind: 'unbilled', reason: 'told-by-event' },
  }),
  identity: ['conversation.id', 'event.timestamp', 'attempt'],
  durationMs: 'duration_ms',
};

/** Turns of Codex CLI: the sum of their requests. The spans of the requests have the same counts without a model. */
export const codexTurn: Dialect = {
  id: 'codex-turn',
  version: 1,
  emitter: 'Codex CLI (span session_task.turn)',
  limits: [
    'Spans of requests name no model: log events are what is priced. Where only spans are sent, the sums of the turns stand for their calls.',
  ],
  evidence: 'captured',
  detect: [{ name: ['session_task.turn'], keyPrefix: 'codex.turn.token_usage.' }],
  call: {
    ...CALL,
    role: { keys: [], byValue: {}, otherwise: 'aggregate', absent: 'aggregate' },
    model: ['model'],
    tokens: {
      input: ['codex.turn.token_usage.input_tokens'],
      output: ['codex.turn.token_usage.output_tokens'],
      cacheRead: ['codex.turn.token_usage.cached_input_tokens'],
      cacheWrite: ['codex.turn.token_usage.cache_write_input_tokens'],
      reasoning: ['codex.turn.token_usage.reasoning_output_tokens'],
      total: ['codex.turn.token_usage.total_tokens'],
    },
  },
};

/** Spans of single answers of Codex CLI repeat what its events and turns tell. */
export const codexAnswer: Dialect = {
  id: 'codex-answer',
  version: 1,
  emitter: 'Codex CLI (span handle_responses)',
  limits: ['No model is named: nothing is read.'],
  evidence: 'captured',
  detect: [{ name: ['handle_responses'], key: ['codex.usage.total_tokens', 'codex.usage.reasoning_output_tokens'] }],
  keys: ['codex.usage.total_tokens', 'codex.usage.reasoning_output_tokens'],
  reads: [['the span', 'nothing: its log event and its turn tell the same']],
  read: () => undefined,
};
