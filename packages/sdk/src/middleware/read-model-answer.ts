import type { Answer } from '../fetch/apis/api-type.ts';
import { fieldOf, objectOf, textOf } from '../fetch/apis/kept.ts';

/** What the result of a model, or the last part of its stream, says about its cost. */
export const readModelAnswer = (result: unknown, before: Answer): Answer => {
  const metadata = fieldOf(result, 'providerMetadata');
  const usage = objectOf(result, 'usage');
  // As the provider itself told it, which knows the lifetime of cache writes and models that worked for the answer.
  const anthropic = objectOf(fieldOf(metadata, 'anthropic'), 'usage');
  const cost = textOf(fieldOf(metadata, 'gateway'), 'cost');
  return {
    ...withResponse(fieldOf(result, 'response'), before, 'modelId'),
    ...(usage !== undefined && { rawUsage: anthropic ?? usage, isComplete: true }),
    ...(anthropic !== undefined && { usageApi: 'anthropic.messages' }),
    ...(cost !== undefined && { reportedCost: { amount: cost, currency: 'USD' } }),
  };
};

/** The answer after one more part of a stream. */
export const readModelPart = (part: unknown, before: Answer): Answer => {
  switch (textOf(part, 'type')) {
    case 'response-metadata':
      return withResponse(part, before, 'modelId');
    case 'finish':
      return readModelAnswer(part, before);
    case 'error':
      return { ...before, errorType: 'error' };
    default:
      return before;
  }
};

const withResponse = (response: unknown, before: Answer, modelField: string): Answer => {
  const id = textOf(response, 'id');
  const model = textOf(response, modelField);
  return { ...before, ...(id !== undefined && { id }), ...(model !== undefined && { model }) };
};
