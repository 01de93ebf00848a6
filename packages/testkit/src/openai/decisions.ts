import type { Decision } from 'openai/resources/decisions';
import type { Endpoint } from '../server/answer.ts';
import { responseUsage, usageOf } from './usage.ts';

/** `POST /v1/decisions`: every question is answered with yes, almost certainly. */
export const answerDecision: Endpoint = (request, reply) => {
  const questions = request.body['questions'];
  if (!Array.isArray(questions)) return { status: 400, message: 'Missing required parameter: questions' };
  const usage = usageOf(request, reply, 'yes');
  const rawUsage = responseUsage(usage);
  const answers = questions.map(({ name = null }) => ({ type: 'predicate' as const, name, probability: 0.99 }));
  const json: Decision = { answers, model: reply.model ?? request.model, usage: rawUsage };
  return { body: { json }, model: json.model, usage, rawUsage };
};
