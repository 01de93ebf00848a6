import type { Answer } from '../fetch/apis/api-type.ts';
import { fieldOf, objectOf, textOf } from '../fetch/apis/kept.ts';

/** What the result of a model, or the last part of its stream, says about its cost. */
export const readModelAnswer = (result: unknown, before: Answer, model: string): Answer => {
  const metadata = fieldOf(result, 'providerMetadata');
  const usage = objectOf(result, 'usage');
  const cost = textOf(fieldOf(metadata, 'gateway'), 'cost');
  const serviceTier = serviceTierOf(metadata);
  return {
    ...withResponse(fieldOf(result, 'response'), before, 'modelId'),
    ...(usage !== undefined && { ...usageOf(usage, metadata, model), isComplete: true }),
    ...(cost !== undefined && { reportedCost: { amount: cost, currency: 'USD' } }),
    ...(serviceTier !== undefined && { serviceTier }),
  };
};

/** The answer after one more part of a stream. */
export const readModelPart = (part: unknown, before: Answer, model: string): Answer => {
  switch (textOf(part, 'type')) {
    case 'response-metadata':
      return withResponse(part, before, 'modelId');
    case 'finish':
      return readModelAnswer(part, before, model);
    case 'error':
      return { ...before, errorType: 'error' };
    default:
      return before;
  }
};

/**
 * Usage as the provider itself told it, where the AI SDK hands that on: it knows the lifetime of cache writes and models that
 * worked for the answer. Else as the AI SDK counts.
 */
const usageOf = (usage: object, metadata: unknown, model: string): Pick<Answer, 'rawUsage' | 'usageApi'> => {
  for (const [provider, field, usageApi] of handedOn) {
    const rawUsage = objectOf(fieldOf(metadata, provider), field);
    if (rawUsage !== undefined) return { rawUsage, usageApi };
  }
  if (!model.startsWith('amazon-bedrock')) return { rawUsage: usage };
  return { rawUsage: objectOf(usage, 'raw') ?? converseUsageOf(usage, metadata), usageApi: 'bedrock.converse' };
};

const handedOn: ReadonlyArray<readonly [provider: string, field: string, usageApi: string]> = [
  ['anthropic', 'usage', 'anthropic.messages'],
  ['google', 'usageMetadata', 'gemini'],
  ['vertex', 'usageMetadata', 'gemini'],
];

/** In AI SDK 5 the counts are Bedrock's under other names, with the cache beside the input, and those of writes elsewhere. */
const converseUsageOf = (usage: object, metadata: unknown): object => ({
  ...usage,
  cacheReadInputTokens: fieldOf(usage, 'cachedInputTokens'),
  ...objectOf(fieldOf(metadata, 'bedrock'), 'usage'),
});

/** The tier that served the call, of those providers that price by it. */
const serviceTierOf = (metadata: unknown): string | undefined =>
  textOf(fieldOf(metadata, 'openai'), 'serviceTier') ??
  textOf(fieldOf(metadata, 'azure'), 'serviceTier') ??
  textOf(fieldOf(fieldOf(metadata, 'bedrock'), 'serviceTier'), 'type');

const withResponse = (response: unknown, before: Answer, modelField: string): Answer => {
  const id = textOf(response, 'id');
  const model = textOf(response, modelField);
  return { ...before, ...(id !== undefined && { id }), ...(model !== undefined && { model }) };
};
