import { openUsageFields, sumUsage, type UsageReading } from '@costspan/pricing';
import { UNIT_CHARACTERS_MAX, UNITS_MAX } from '../stages/limits.ts';
import type { Dialect, PayloadReading } from './dialect.ts';
import { fieldOf } from './json-field.ts';
import { providerOfModel } from './provider-of-model.ts';

/** Names in `usage_details`, which are disjoint. A name that is none of these stays as it is and needs a price of its own. */
const UNITS: Readonly<Record<string, string>> = {
  input: 'input_text_tokens',
  output: 'output_text_tokens',
  input_cached_tokens: 'input_cache_read_text_tokens',
  input_cache_read: 'input_cache_read_text_tokens',
  cache_read_input_tokens: 'input_cache_read_text_tokens',
  input_cache_write_tokens: 'input_cache_write_other_tokens',
  input_cache_creation: 'input_cache_write_other_tokens',
  cache_creation_input_tokens: 'input_cache_write_other_tokens',
  input_cache_creation_5m: 'input_cache_write_5m_tokens',
  input_cache_creation_1h: 'input_cache_write_1h_tokens',
  output_reasoning_tokens: 'output_reasoning_tokens',
  output_reasoning: 'output_reasoning_tokens',
  input_audio_tokens: 'input_audio_tokens',
  output_audio_tokens: 'output_audio_tokens',
  output_accepted_prediction_tokens: 'output_text_tokens',
  output_rejected_prediction_tokens: 'output_text_tokens',
};

const readUsageDetails = (json: unknown): PayloadReading | undefined => {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return undefined;
  const names = Object.keys(json).filter((name) => name !== 'total');
  if (names.length === 0) return undefined;
  if (names.length > UNITS_MAX || names.some((name) => name.length > UNIT_CHARACTERS_MAX)) {
    return { usage: { kind: 'invalid', problem: 'usage_details: more or longer names than usage has' } };
  }
  const fields = openUsageFields((name) => fieldOf(json, [name]));
  const usage = sumUsage('input_text_tokens', fields.counts(names.map((name) => [name, UNITS[name] ?? name] as const)));
  const problem = fields.problem();
  const reading: UsageReading = problem === undefined ? { kind: 'ok', parts: [{ usage }] } : { kind: 'invalid', problem };
  return { usage: reading };
};

const PROVIDER_KEYS: readonly string[] = ['gen_ai.provider.name', 'gen_ai.system'];

/** Langfuse. Only generations and embeddings are calls. */
export const langfuse: Dialect = {
  id: 'langfuse',
  version: 1,
  emitter: 'Langfuse SDKs and wrappers',
  limits: [
    'Embeddings come as generations without usage.',
    'There is no provider on the span: it is taken from the name of the model.',
    'Its own cost details may come from the application or be 0 on errors: they are no price.',
    'There is no response id: a second instrumentation of the call cannot be told by it.',
  ],
  evidence: 'captured',
  detect: [{ key: ['langfuse.observation.type'] }],
  call: {
    role: {
      keys: ['langfuse.observation.type'],
      byValue: { generation: 'call', embedding: 'call', agent: 'aggregate', chain: 'aggregate', span: 'aggregate' },
      otherwise: 'none',
      absent: 'none',
    },
    categoryByValue: { embedding: 'embedding' },
    provider: ['gen_ai.provider.name', 'gen_ai.system', 'langfuse.observation.model.name'],
    providerOf: providerOfModel,
    model: ['langfuse.observation.model.name'],
    tokens: { input: [], output: [] },
    caches: 'beside',
    payloads: [{ key: 'langfuse.observation.usage_details', holds: 'disjoint counts by name', read: readUsageDetails }],
    doubt: {
      reason: 'provider-inferred',
      when: 'where no provider is named and the name of the model stands for it',
      holds: (fields) => fields.present(PROVIDER_KEYS) === undefined,
    },
  },
};
