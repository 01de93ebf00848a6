import type { Answer, Api } from './api-type.ts';
import { objectOf } from './kept.ts';

const fields = { usage: true } as const;

const readFields = (kept: unknown, before: Answer): Answer => {
  const usage = objectOf(kept, 'usage');
  return usage === undefined ? before : { ...before, rawUsage: usage, isComplete: true };
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
