import type { Answer, Api } from './api-type.ts';
import { fieldOf, objectOf, textOf } from './kept.ts';

const fields = { usage: true, serviceTier: { type: true } } as const;

const readFields = (kept: unknown, before: Answer): Answer => {
  const usage = objectOf(kept, 'usage');
  if (usage === undefined) return before;
  const serviceTier = textOf(fieldOf(kept, 'serviceTier'), 'type');
  return { ...before, rawUsage: usage, isComplete: true, ...(serviceTier !== undefined && { serviceTier }) };
};

/** Bedrock Converse: one format for every model, plain or in binary frames of which the last carries the usage. */
export const bedrockConverse: Api = {
  id: 'bedrock.converse',
  operation: 'chat',
  category: 'llm',
  path: /\/model\/[^/]+\/converse(-stream)?$/,
  provider: 'aws.bedrock',
  answer: fields,
  event: fields,
  readAnswer: (kept) => readFields(kept, { isComplete: true }),
  readEvent: readFields,
};
