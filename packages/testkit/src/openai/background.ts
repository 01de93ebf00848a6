import type { Answer, Endpoint } from '../server/answer.ts';
import { answerResponse } from './responses.ts';

/** Responses that are made in the background: created at once, done when they are read for the second time. */
export type Background = {
  /** `POST /v1/responses`, in the background where `background` is true. */
  readonly create: Endpoint;
  /** `GET /v1/responses/{id}`. */
  readonly route: (method: string, path: string) => Endpoint | undefined;
};

type Kept = { readonly answer: Answer; reads: number };

/** No responses yet. */
export const createBackground = (): Background => {
  const kept = new Map<string, Kept>();
  return {
    create: (request, reply, newId) => {
      const { background, stream } = request.body;
      if (background !== true || stream === true) return answerResponse(request, reply, newId);
      const answer = answerResponse({ ...request, body: { ...request.body, stream: false } }, reply, newId);
      if ('status' in answer) return answer;
      kept.set(answer.responseId ?? '', { answer: inBackground(answer), reads: 0 });
      // Nothing is billed yet, and nothing is told.
      return {
        body: { json: underWay(answer, 'queued') },
        ...(answer.model !== undefined && { model: answer.model }),
        ...(answer.responseId !== undefined && { responseId: answer.responseId }),
      };
    },
    route: (method, path) => {
      const found = method === 'GET' ? kept.get(path.replace('/v1/responses/', '')) : undefined;
      if (found === undefined) return undefined;
      return () => {
        found.reads += 1;
        if (found.reads === 1) return { body: { json: underWay(found.answer, 'in_progress') } };
        if (found.reads === 2) return found.answer;
        // Told again, and billed once.
        const { usage: _, ...repeated } = found.answer;
        return repeated;
      };
    },
  };
};

const inBackground = (answer: Answer): Answer =>
  'json' in answer.body ? { ...answer, body: { json: { ...(answer.body.json as object), background: true } } } : answer;

const underWay = ({ body }: Answer, status: string): unknown => {
  const { usage: _, completed_at: __, ...response } = ('json' in body ? body.json : {}) as Readonly<Record<string, unknown>>;
  return { ...response, background: true, status, output: [], usage: null };
};
