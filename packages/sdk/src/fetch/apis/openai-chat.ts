import type { PickedFields } from '../body/pick.ts';
import type { Answer, Api } from './api-type.ts';
import { fieldOf, isDone, objectOf, textOf } from './kept.ts';

/** What to keep of a plain answer. */
export const chatAnswer: PickedFields = {
  id: true,
  model: true,
  service_tier: true,
  usage: true,
  error: { type: true, code: true },
};
const chunk = { ...chatAnswer, choices: { '*': { finish_reason: true } } } as const;

/** Chat completions, and the legacy completions, of OpenAI and the many servers that speak their format. */
export const openaiChat: Api = {
  id: 'openai.chat',
  operation: 'chat',
  category: 'llm',
  path: /\/(chat\/)?completions$/,
  answer: chatAnswer,
  event: chunk,
  readAnswer: (kept) => readFields(kept, { isComplete: true }),
  readEvent: (kept, before) => (isDone(kept) ? { ...before, isComplete: true } : readFields(kept, before)),
};

/** Whether an event is the chunk without choices that `include_usage` adds at the end. */
export const isUsageOnly = (kept: unknown): boolean => {
  const choices = fieldOf(kept, 'choices');
  return Array.isArray(choices) && choices.length === 0 && objectOf(kept, 'usage') !== undefined;
};

// Some servers repeat the running usage in every chunk: the last one counts, and only it ends the answer.
const isLast = (kept: unknown): boolean => {
  const choices = fieldOf(kept, 'choices');
  return !Array.isArray(choices) || choices.every((choice) => textOf(choice, 'finish_reason') !== undefined);
};

const readFields = (kept: unknown, before: Answer): Answer => {
  const id = textOf(kept, 'id') ?? before.id;
  const model = textOf(kept, 'model') ?? before.model;
  const serviceTier = textOf(kept, 'service_tier') ?? before.serviceTier;
  const usage = objectOf(kept, 'usage');
  const error = fieldOf(kept, 'error');
  const errorType = textOf(error, 'code') ?? textOf(error, 'type') ?? before.errorType;
  if (usage === undefined && id === before.id && model === before.model && errorType === before.errorType) return before;
  const answer: Writable<Answer> = { ...before };
  if (id !== undefined) answer.id = id;
  if (model !== undefined) answer.model = model;
  if (serviceTier !== undefined) answer.serviceTier = serviceTier;
  if (errorType !== undefined) answer.errorType = errorType;
  if (usage === undefined) return answer;
  answer.rawUsage = usage;
  answer.isComplete = before.isComplete || isLast(kept);
  return answer;
};

type Writable<T> = { -readonly [K in keyof T]: T[K] };
