import { openUsageFields, sumUsage, type UsageReading } from '@costspan/pricing';
import type { Dialect, PayloadReading } from './dialect.ts';
import { fieldOf } from './json-field.ts';
import { readProviderAnswer } from './provider-answer.ts';

/** The answer as the provider gave it, else the counts Genkit made of it, which leave out what most of its plugins drop. */
const readOutput = (output: unknown): PayloadReading | undefined => {
  const answer = readProviderAnswer(fieldOf(output, ['raw'])) ?? readProviderAnswer(fieldOf(output, ['custom']));
  if (answer !== undefined) return answer;
  return fieldOf(output, ['usage', 'inputTokens']) === undefined ? undefined : { usage: readCounts(output) };
};

const readCounts = (output: unknown): UsageReading => {
  const fields = openUsageFields((name) => fieldOf(output, ['usage', name]));
  const counts = fields.counts([
    ['inputTokens', 'input_text_tokens'],
    ['outputTokens', 'output_text_tokens'],
    ['thoughtsTokens', 'output_reasoning_tokens'],
  ]);
  const problem = fields.problem();
  if (problem !== undefined) return { kind: 'invalid', problem };
  return { kind: 'ok', parts: [{ usage: sumUsage('input_text_tokens', counts), assumption: 'cache-split-unknown' }] };
};

const PROVIDERS: Readonly<Record<string, string>> = { googleai: 'google', vertexai: 'google' };

/** `googleai/gemini-2.5-flash`: the plugin, then the model. */
const pluginOf = (name: string): string => {
  const [plugin = name] = name.split('/');
  return Object.hasOwn(PROVIDERS, plugin) ? (PROVIDERS[plugin] ?? plugin) : plugin;
};

/** Genkit. Models are actions; everything around them repeats their usage. */
export const genkit: Dialect = {
  id: 'genkit',
  version: 1,
  emitter: 'Genkit for JavaScript',
  limits: [
    'Where a plugin does not keep the answer of its provider, cached input is not told apart: those calls are estimated.',
    'Streams keep no answer of their provider.',
    'The provider is the name of the plugin.',
    'Embeddings carry no usage.',
  ],
  evidence: 'captured',
  detect: [{ scope: ['genkit-tracer'] }],
  call: {
    role: {
      keys: ['genkit:metadata:subtype'],
      byValue: { model: 'call', embedder: 'call', tool: 'none', retriever: 'none', indexer: 'none', evaluator: 'none' },
      otherwise: 'aggregate',
      absent: 'aggregate',
    },
    categoryByValue: { embedder: 'embedding' },
    provider: ['genkit:name'],
    providerOf: pluginOf,
    model: ['genkit:name'],
    modelOf: (name) => name.slice(name.indexOf('/') + 1),
    tokens: { input: [], output: [] },
    caches: 'inside',
    payloads: [
      { key: 'genkit:output', holds: 'usage, and the answer of the provider where the plugin keeps it', read: readOutput },
    ],
  },
};
