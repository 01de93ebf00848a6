import { listItemsMax } from '../../limits.ts';
import { asText, endsWith } from '../body/may-matter.ts';
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
  glanceAtEvent: (event, before) => {
    const reason = reasonOf(event);
    return reason === undefined ? undefined : { ...before, finishReasons: withReasons(before, [reason]) };
  },
};

/** Why the only choice of an event ended, if that is all the event says that is worth knowing. */
const reasonOf = (event: Uint8Array): string | undefined => {
  if (!endsWith(event, ENDED)) return undefined;
  const text = asText(event);
  const found = text.indexOf(REASON);
  const end = text.length - ENDED.length;
  const isAlone = found !== -1 && !text.includes(REASON, found + 1) && text.indexOf('\n') === text.length - 2;
  const reason = text.slice(found + REASON.length, end);
  return isAlone && WORD.test(reason) && !text.includes('"error"') ? reason : undefined;
};

// Inside of a string the quotes would be escaped, so these bytes are the fields themselves.
const ENDED = Buffer.from('"}],"usage":null}\n\n');
const REASON = '"finish_reason":"';
const WORD = /^[a-z_]+$/;

const withReasons = ({ finishReasons = [] }: Answer, more: readonly string[]): readonly string[] =>
  [...finishReasons, ...more].slice(0, listItemsMax);

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
  if (finishReasons !== undefined) answer.finishReasons = withReasons(before, finishReasons);
  if (usage === undefined) return answer;
  answer.rawUsage = usage;
  answer.isComplete = before.isComplete || isLast(kept);
  return answer;
};

type Writable<T> = { -readonly [K in keyof T]: T[K] };
