import type { Answer, Api } from './api-type.ts';
import { fieldOf, objectOf, textOf, textsOf } from './kept.ts';

const fields = {
  responseId: true,
  modelVersion: true,
  usageMetadata: true,
  candidates: { '*': { finishReason: true } },
  error: { status: true },
} as const;

const readPart = (kept: unknown, before: Answer): Answer => {
  const id = textOf(kept, 'responseId') ?? before.id;
  const model = textOf(kept, 'modelVersion') ?? before.model;
  const usage = objectOf(kept, 'usageMetadata');
  const errorType = textOf(fieldOf(kept, 'error'), 'status') ?? before.errorType;
  const finishReasons = textsOf(fieldOf(kept, 'candidates'), 'finishReason') ?? before.finishReasons;
  return {
    // Every part of a stream has running counts; those of the part that says why it ended are final.
    isComplete: before.isComplete || (finishReasons !== undefined && usage !== undefined),
    ...(id !== undefined && { id }),
    ...(model !== undefined && { model }),
    ...(errorType !== undefined && { errorType }),
    ...(finishReasons !== undefined && { finishReasons }),
    ...(usage !== undefined ? { rawUsage: usage } : before.rawUsage !== undefined && { rawUsage: before.rawUsage }),
  };
};

/** Gemini, on the Gemini API and on Vertex AI. A stream comes as events, or as one long list where `alt=sse` is not asked for. */
export const gemini: Api = {
  id: 'gemini',
  operation: 'generate_content',
  category: 'llm',
  path: /\/models\/[^/]+:(generateContent|streamGenerateContent)$/,
  answer: { ...fields, '*': fields },
  event: fields,
  isLeftOpen: true,
  readAnswer: (kept) => {
    const parts: readonly unknown[] = Array.isArray(kept) ? kept : [kept];
    return { ...parts.reduce<Answer>((before, part) => readPart(part, before), { isComplete: false }), isComplete: true };
  },
  readEvent: readPart,
};

/** Embeddings of Gemini, whose newer models tell what they used. */
export const geminiEmbeddings: Api = {
  ...gemini,
  operation: 'embeddings',
  category: 'embedding',
  path: /\/models\/[^/]+:(embedContent|batchEmbedContents)$/,
};
