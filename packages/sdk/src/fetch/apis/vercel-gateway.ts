import type { Answer, Api } from './api-type.ts';
import { fieldOf, objectOf, textOf } from './kept.ts';

const fields = {
  type: true,
  usage: true,
  response: { id: true, modelId: true },
  providerMetadata: { gateway: { cost: true } },
} as const;

const readPart = (kept: unknown, before: Answer): Answer => {
  const response = fieldOf(kept, 'response');
  const id = textOf(response, 'id') ?? before.id;
  const model = textOf(response, 'modelId') ?? before.model;
  const usage = objectOf(kept, 'usage');
  const cost = textOf(fieldOf(fieldOf(kept, 'providerMetadata'), 'gateway'), 'cost');
  return {
    ...before,
    ...(id !== undefined && { id }),
    ...(model !== undefined && { model }),
    ...(usage !== undefined && { rawUsage: usage, isComplete: true }),
    ...(cost !== undefined && { reportedCost: { amount: cost, currency: 'USD' } }),
  };
};

/** Language models behind the Vercel AI Gateway, in the AI SDK's own format: the model is in a header. */
export const vercelGateway: Api = {
  id: 'ai-sdk',
  operation: 'chat',
  category: 'llm',
  path: /\/ai\/language-model$/,
  modelHeader: 'ai-language-model-id',
  provider: 'vercel_ai_gateway',
  answer: fields,
  event: { ...fields, id: true, modelId: true, error: { type: true } },
  readAnswer: (kept) => ({ ...readPart(kept, { isComplete: true }), isComplete: true }),
  readEvent: (kept, before) => {
    switch (textOf(kept, 'type')) {
      case 'response-metadata':
        return readPart({ response: { id: textOf(kept, 'id'), modelId: textOf(kept, 'modelId') } }, before);
      case 'finish':
        return readPart(kept, before);
      case 'error':
        return { ...before, errorType: textOf(fieldOf(kept, 'error'), 'type') ?? 'error' };
      default:
        return before;
    }
  },
};
