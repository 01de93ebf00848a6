import type { Answer, Api } from './api-type.ts';
import { fieldOf, objectOf, textOf } from './kept.ts';

const message = { id: true, model: true, stop_reason: true, usage: true } as const;

/** Anthropic messages. Counting tokens and batches have other paths and cost nothing here. */
export const anthropicMessages: Api = {
  id: 'anthropic.messages',
  operation: 'chat',
  category: 'llm',
  path: /\/v1\/messages$/,
  answer: message,
  event: { type: true, message, delta: { stop_reason: true }, usage: true, error: { type: true } },
  readAnswer: (kept) => readMessage(kept, { isComplete: true }),
  readEvent: (kept, before) => {
    switch (textOf(kept, 'type')) {
      case 'message_start':
        // Repeated by some gateways: the later one replaces the earlier.
        return readMessage(fieldOf(kept, 'message'), before);
      case 'message_delta':
        return {
          ...before,
          ...finishReasons(fieldOf(kept, 'delta')),
          rawUsage: mergeUsage(before.rawUsage, objectOf(kept, 'usage')),
          isComplete: true,
        };
      case 'error':
        return { ...before, errorType: textOf(fieldOf(kept, 'error'), 'type') ?? 'error' };
      default:
        return before;
    }
  },
};

const readMessage = (kept: unknown, before: Answer): Answer => {
  const id = textOf(kept, 'id') ?? before.id;
  const model = textOf(kept, 'model') ?? before.model;
  const usage = objectOf(kept, 'usage');
  return {
    isComplete: before.isComplete,
    ...(id !== undefined && { id }),
    ...(model !== undefined && { model }),
    ...finishReasons(kept),
    ...(usage !== undefined && { rawUsage: usage }),
  };
};

const finishReasons = (kept: unknown): Pick<Answer, 'finishReasons'> => {
  const reason = textOf(kept, 'stop_reason');
  return reason === undefined ? {} : { finishReasons: [reason] };
};

/** The counts of a delta are running totals: they replace those of the start, and what it leaves out or nulls stays. */
const mergeUsage = (start: unknown, delta: object | undefined): unknown => {
  const known = Object.entries(delta ?? {}).filter(([, value]) => value !== null);
  return { ...(typeof start === 'object' ? start : {}), ...Object.fromEntries(known) };
};
