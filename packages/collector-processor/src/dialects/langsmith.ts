import { openUsageFields, sumUsage } from '@costspan/pricing';
import type { Dialect, PayloadReading } from './dialect.ts';
import { cacheSplitUnknown } from './doubts.ts';
import { GEN_AI_CALL, GEN_AI_TOKENS } from './gen-ai-keys.ts';
import { fieldOf } from './json-field.ts';

const LIFE_5M = 'input_token_details.ephemeral_5m_input_tokens';
const LIFE_1H = 'input_token_details.ephemeral_1h_input_tokens';
const WRITTEN = 'input_token_details.cache_creation';

/** LangChain's usage object: details are parts of the totals. */
const readUsage = (json: unknown): PayloadReading | undefined => {
  const at = (name: string): unknown => fieldOf(json, name.split('.'));
  if (at('input_tokens') === undefined && at('output_tokens') === undefined) return undefined;
  // Some integrations say beside the lifetimes of cache writes how many there were in all.
  const isSummed = at(WRITTEN) === Number(at(LIFE_5M) ?? 0) + Number(at(LIFE_1H) ?? 0);
  const fields = openUsageFields((name) => (name === WRITTEN && isSummed ? undefined : at(name)));
  const usage = sumUsage(
    'input_text_tokens',
    fields.split({
      total: 'input_tokens',
      rest: 'input_text_tokens',
      parts: [
        ['input_token_details.cache_read', 'input_cache_read_text_tokens'],
        [LIFE_5M, 'input_cache_write_5m_tokens'],
        [LIFE_1H, 'input_cache_write_1h_tokens'],
        [WRITTEN, 'input_cache_write_other_tokens'],
        ['input_token_details.audio', 'input_audio_tokens'],
      ],
    }),
    fields.split({
      total: 'output_tokens',
      rest: 'output_text_tokens',
      parts: [
        ['output_token_details.reasoning', 'output_reasoning_tokens'],
        ['output_token_details.audio', 'output_audio_tokens'],
      ],
    }),
  );
  const problem = fields.problem();
  return { usage: problem === undefined ? { kind: 'ok', parts: [{ usage }] } : { kind: 'invalid', problem } };
};

const cachesUnknown = cacheSplitUnknown(GEN_AI_TOKENS);

/**
 * LangSmith and LangChain, whose runs become spans. The kind of the run tells what is a call: prompts are called chats there, and
 * retrievers embeddings.
 */
export const langsmith: Dialect = {
  id: 'langsmith',
  version: 1,
  emitter: 'LangSmith for Python, in its mode for OpenTelemetry',
  limits: [
    'Where the run keeps no usage of its own, cached input is not told apart: those calls are estimated.',
    'Its wrappers of clients do not trace embeddings.',
  ],
  evidence: 'captured',
  detect: [{ scope: ['langsmith'] }],
  call: {
    ...GEN_AI_CALL,
    role: {
      keys: ['langsmith.span.kind'],
      byValue: { llm: 'call', embedding: 'call', chain: 'aggregate' },
      otherwise: 'none',
      absent: 'none',
    },
    categoryByValue: { ...GEN_AI_CALL.categoryByValue, embedding: 'embedding' },
    // The other is guessed from the name of the model, and `langchain` where that says nothing.
    provider: ['langsmith.metadata.ls_provider', ...GEN_AI_CALL.provider],
    servedTier: ['gen_ai.response.service_tier'],
    payloads: [{ key: 'langsmith.metadata.usage_metadata', holds: 'usage with the parts of input and output', read: readUsage }],
    doubt: { ...cachesUnknown, holds: (fields, fromPayload) => !fromPayload && cachesUnknown.holds(fields, fromPayload) },
  },
};
