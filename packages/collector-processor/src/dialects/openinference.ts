import type { Dialect, TokenKeys } from './dialect.ts';
import { cacheSplitUnknown } from './doubts.ts';
import { readProviderAnswer } from './provider-answer.ts';

const TOKENS: TokenKeys = {
  input: ['llm.token_count.prompt'],
  output: ['llm.token_count.completion'],
  total: ['llm.token_count.total'],
  cacheRead: ['llm.token_count.prompt_details.cache_read'],
  cacheWrite: ['llm.token_count.prompt_details.cache_write'],
  reasoning: ['llm.token_count.completion_details.reasoning'],
  inputMedia: { audio: ['llm.token_count.prompt_details.audio'] },
  outputMedia: { audio: ['llm.token_count.completion_details.audio'] },
};

const cachesUnknown = cacheSplitUnknown(TOKENS);

/** Of the OpenAI Agents SDK for Python. Its spans of responses tell caches, those of chat completions do not. */
const AGENTS = 'openinference.instrumentation.openai_agents';

/** OpenInference (Arize Phoenix) in JavaScript and Python. */
export const openinference: Dialect = {
  id: 'openinference',
  version: 1,
  emitter: 'OpenInference instrumentations of OpenAI, Anthropic, agents and others',
  limits: [
    'In JavaScript, streamed OpenAI chats and embeddings carry no usage.',
    'The lifetime of cache writes and the service tier are known only where the whole answer is on the span.',
    'The provider is named for well-known hosts only.',
    'Chat completions of the OpenAI Agents SDK for Python carry neither cached nor reasoning tokens: those calls are estimated.',
  ],
  evidence: 'captured',
  detect: [{ key: ['openinference.span.kind'] }],
  call: {
    role: {
      keys: ['openinference.span.kind'],
      byValue: { LLM: 'call', EMBEDDING: 'call', AGENT: 'aggregate', CHAIN: 'aggregate' },
      otherwise: 'none',
      absent: 'none',
    },
    categoryByValue: { EMBEDDING: 'embedding' },
    provider: ['llm.provider', 'llm.system'],
    model: ['llm.response.model_name', 'llm.model_name', 'llm.request.model_name', 'embedding.model_name'],
    responseId: ['llm.response.id'],
    tokens: TOKENS,
    caches: 'inside',
    doubt: {
      ...cachesUnknown,
      when: 'where the OpenAI Agents SDK calls chat completions: nothing says how much of the input was cached',
      holds: (fields, fromPayload) =>
        !fromPayload && fields.span.scopeName === AGENTS && cachesUnknown.holds(fields, fromPayload),
    },
    payloads: [
      {
        key: 'output.value',
        holds: 'whole answers of OpenAI and Anthropic: their usage object, id and service tier',
        read: readProviderAnswer,
      },
    ],
  },
};
