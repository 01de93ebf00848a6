import { readAnthropicMessages, readOpenaiChat, readOpenaiResponses } from '@costspan/pricing';
import type { Dialect, PayloadReading, TokenKeys } from './dialect.ts';
import { fieldOf, textFieldOf } from './json-field.ts';

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

/** The answer of a call that was not streamed is on the span whole: its usage has everything. */
const readAnswer = (json: unknown): PayloadReading | undefined => {
  const usage = fieldOf(json, ['usage']);
  if (usage === undefined) return undefined;
  const responseId = textFieldOf(json, ['id']);
  const serviceTier = textFieldOf(json, ['service_tier']);
  const read = readerOf(json);
  if (read === undefined) return undefined;
  return {
    usage: read(usage),
    ...(responseId !== undefined && { responseId }),
    ...(serviceTier !== undefined && { serviceTier }),
  };
};

const readerOf = (json: unknown): typeof readOpenaiChat | undefined => {
  if (fieldOf(json, ['object']) === 'chat.completion') return readOpenaiChat;
  if (fieldOf(json, ['object']) === 'response') return readOpenaiResponses;
  return fieldOf(json, ['type']) === 'message' ? readAnthropicMessages : undefined;
};

/** OpenInference (Arize Phoenix) in JavaScript and Python. */
export const openinference: Dialect = {
  id: 'openinference',
  version: 1,
  emitter: 'OpenInference instrumentations of OpenAI, Anthropic, agents and others',
  limits: [
    'Streamed OpenAI chats and embeddings carry no usage.',
    'The lifetime of cache writes and the service tier are known only where the whole answer is on the span.',
    'The provider is named for well-known hosts only.',
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
    payloads: [
      {
        key: 'output.value',
        holds: 'whole answers of OpenAI and Anthropic: their usage object, id and service tier',
        read: readAnswer,
      },
    ],
  },
};
