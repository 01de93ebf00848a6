import { countOpenaiServerTools } from '@costspan/pricing';
import type { PickedFields } from '../body/pick.ts';
import type { Answer, Api } from './api-type.ts';
import { fieldOf, objectOf, textOf } from './kept.ts';

/** What to keep of a response. */
export const responseAnswer: PickedFields = {
  id: true,
  model: true,
  service_tier: true,
  status: true,
  background: true,
  usage: true,
  error: { code: true },
  incomplete_details: { reason: true },
  // Enough of the output to count the searches the provider ran itself; no word of the answer.
  output: { '*': { type: true, status: true, container_id: true, action: { type: true } } },
};

/** OpenAI responses, and conversations compacted. Creating one costs: reading it again repeats its usage, but for one made in the background. */
export const openaiResponses: Api = {
  id: 'openai.responses',
  operation: 'chat',
  category: 'llm',
  path: /\/responses(\/compact)?$/,
  answer: responseAnswer,
  event: { type: true, response: responseAnswer, code: true },
  readAnswer: (kept) => readResponse(kept, { isComplete: true }),
  readEvent: (kept, before) => {
    const type = textOf(kept, 'type') ?? '';
    if (type === 'error') return { ...before, errorType: textOf(kept, 'code') ?? 'error' };
    // Between the first and the last event nothing is said that the last one does not repeat.
    if (!CARRIERS.has(type)) return before;
    return readResponse(fieldOf(kept, 'response'), { ...before, isComplete: type !== 'response.created' });
  },
};

/** Questions with a choice of answers, whose usage is told as that of a response. */
export const openaiDecisions: Api = {
  ...openaiResponses,
  operation: 'generate_content',
  // With the version, because services of one's own have decisions too.
  path: /\/v1\/decisions$/,
};

const CARRIERS: ReadonlySet<string> = new Set([
  'response.created',
  'response.completed',
  'response.incomplete',
  'response.failed',
  'response.cancelled',
]);

const readResponse = (kept: unknown, before: Answer): Answer => {
  const id = textOf(kept, 'id') ?? before.id;
  const model = textOf(kept, 'model') ?? before.model;
  const serviceTier = textOf(kept, 'service_tier') ?? before.serviceTier;
  const usage = objectOf(kept, 'usage');
  const errorType = textOf(fieldOf(kept, 'error'), 'code') ?? before.errorType;
  return {
    isComplete: before.isComplete,
    ...(id !== undefined && { id }),
    ...(model !== undefined && { model }),
    ...(serviceTier !== undefined && { serviceTier }),
    ...(fieldOf(kept, 'background') === true && { isBackground: true }),
    ...(errorType !== undefined && { errorType }),
    ...finishReasons(kept),
    ...(usage !== undefined && { rawUsage: usage, otherUsage: countOpenaiServerTools(fieldOf(kept, 'output')) }),
  };
};

/** A response says that it is complete, or what it lacks; nothing while it is being made. */
const finishReasons = (kept: unknown): Pick<Answer, 'finishReasons'> => {
  const status = textOf(kept, 'status') ?? '';
  const reason = textOf(fieldOf(kept, 'incomplete_details'), 'reason') ?? (ENDED.has(status) ? status : undefined);
  return reason === undefined ? {} : { finishReasons: [reason] };
};

const ENDED: ReadonlySet<string> = new Set(['completed', 'incomplete', 'failed', 'cancelled']);
