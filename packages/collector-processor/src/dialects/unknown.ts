import type { Dialect } from './dialect.ts';

/** Keys that only model calls have, in words that no row above reads. */
const MARKERS: readonly string[] = [
  'ai.model.id',
  'ai.usage.inputTokens',
  'ai.usage.promptTokens',
  'gen_ai.usage.cost',
  'gen_ai.usage.total_tokens',
  'llm.model',
  'llm.model_name',
  'llm.request.model',
  'llm.request.type',
  'llm.response.model',
  'llm.token_count.prompt',
  'llm.token_count.total',
  'llm.usage.completion_tokens',
  'llm.usage.prompt_tokens',
  'llm.usage.total_tokens',
];

const MODEL_KEYS: readonly string[] = ['llm.response.model', 'llm.model_name', 'llm.request.model', 'llm.model', 'ai.model.id'];
const PROVIDER_KEYS: readonly string[] = ['llm.provider', 'llm.system', 'llm.vendor', 'ai.model.provider'];

/** A span that looks like a model call and that nobody knows how to read: shown as unpriced, so that silence is impossible. */
export const unknownDialect: Dialect = {
  id: 'unknown',
  version: 1,
  emitter: 'Anything that marks a model call in words of its own',
  limits: ['Nothing is read: convention and meaning of the counts are unknown.'],
  evidence: 'own',
  detect: [{ key: MARKERS }],
  keys: [...MARKERS, ...MODEL_KEYS, ...PROVIDER_KEYS],
  reads: [['provider and model, where they are named', 'shown beside the reason why there is no price']],
  read: (fields) => ({
    role: 'call',
    category: 'llm',
    provider: fields.text(PROVIDER_KEYS) ?? '',
    model: fields.text(MODEL_KEYS) ?? '',
    usage: { kind: 'unread', reason: 'dialect-unknown' },
  }),
};
