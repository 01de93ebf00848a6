import { readOpenaiChat } from '@costspan/pricing';
import type { Dialect } from './dialect.ts';
import { GEN_AI_CALL } from './gen-ai-keys.ts';
import { parsePythonLiteral } from './python-literal.ts';

/**
 * LiteLLM, as a library and as a proxy. It writes on the span that is active where there is one, whoever opened it, so keys
 * tell its calls and not the scope. Its figures are in the form of OpenAI for every provider: the input includes the caches.
 */
export const litellm: Dialect = {
  id: 'litellm',
  version: 1,
  emitter: 'LiteLLM, library and proxy',
  limits: [
    'Cached and reasoning tokens are in its usage object alone; where that is not on the span, calls are estimated.',
    'The lifetime of cache writes is not read.',
    'The response id of an answer that did not come from OpenAI is of its own making.',
    'Its own cost (`gen_ai.cost.*`) is a list price and is not read.',
  ],
  evidence: 'captured',
  detect: [{ key: ['litellm.call_id', 'litellm.provider.model'] }],
  call: {
    ...GEN_AI_CALL,
    role: { keys: ['llm.request.type', 'gen_ai.operation.name'], byValue: {}, otherwise: 'call-if-used', absent: 'none' },
    categoryByValue: { aembedding: 'embedding', embedding: 'embedding', embeddings: 'embedding' },
    provider: [...GEN_AI_CALL.provider, 'litellm.provider.model'],
    providerOf: (name) => name.slice(0, name.includes('/') ? name.indexOf('/') : name.length),
    payloads: [
      {
        key: 'metadata.usage_object',
        holds: 'usage object in the form of OpenAI, as Python prints it',
        parse: parsePythonLiteral,
        read: (usage) => ({ usage: readOpenaiChat(usage) }),
      },
    ],
    doubt: {
      reason: 'cache-split-unknown',
      when: 'where its usage object is not on the span',
      holds: (_fields, fromPayload) => !fromPayload,
    },
  },
};
