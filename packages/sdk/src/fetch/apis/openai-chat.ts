import { listItemsMax } from '../../limits.ts';
import type { PickedFields } from '../body/pick.ts';
import type { Answer, Api } from './api-type.ts';
import { fieldOf, isDone, objectOf, textOf, textsOf } from './kept.ts';

/** What to keep of a plain answer. */
export const chatAnswer: PickedFields = {
  id: true,
  model: true,
  service_tier: true,
  usage: true,
  error: { type: true, code: true },
  choices: { '*': { finish_reason: true } },
};

/** Chat completions, and the legacy completions, of OpenAI and the many servers that speak their format. */
export const openaiChat: Api = {
  id: 'openai.chat',
  operation: 'chat',
  category: 'llm',
  path: /\/(chat\/)?completions$/,
  answer: chatAnswer,
  event: chatAnswer,
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
  const finishReasons = textsOf(fieldOf(kept, 'choices'), 'finish_reason');
  const answer: Writable<Answer> = { ...before };
  if (id !== undefined) answer.id = id;
  if (model !== undefined) answer.model = model;
  if (serviceTier !== undefined) answer.serviceTier = serviceTier;
  if (errorType !== undefined) answer.errorType = errorType;
  // Each choice of a stream ends in an event of its own.
  if (finishReasons !== undefined)
    answer.finishReasons = [...(before.finishReasons ?? []), ...finishReasons].slice(0, listItemsMax);
  if (usage === undefined) return answer;
  answer.rawUsage = usage;
  answer.isComplete = before.isComplete || isLast(kept);
  return answer;
};

type Writable<T> = { -readonly [K in keyof T]: T[K] };
