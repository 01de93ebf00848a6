import type { Answer, Endpoint } from '../server/answer.ts';
import { addUsage, type FakeRequest, type FakeUsage } from '../server/script.ts';
import { answerMessage } from './messages.ts';

/** Batches of messages, worked off at once and billed at the batch tier. */
export type Batches = { readonly route: (method: string, path: string) => Endpoint | undefined };

const collection = '/v1/messages/batches';

/** No batches yet. */
export const createBatches = (): Batches => {
  const results = new Map<string, Answer>();

  const create: Endpoint = (request, reply, newId) => {
    const id = newId('msgbatch');
    results.set(
      id,
      workOff(request, (inner) => answerMessage(inner, { serviceTier: 'batch', ...reply }, newId)),
    );
    return { body: { json: describe(id, request) } };
  };

  return {
    route: (method, path) => {
      if (method === 'POST' && path === collection) return create;
      if (method !== 'GET' || !path.startsWith(`${collection}/`)) return undefined;
      const [id = '', part] = path.slice(collection.length + 1).split('/');
      const found = results.get(id);
      if (found === undefined) return undefined;
      return part === 'results' ? () => found : (request) => ({ body: { json: describe(id, request) } });
    },
  };
};

const describe = (id: string, { headers }: FakeRequest): unknown => ({
  id,
  type: 'message_batch',
  processing_status: 'ended',
  request_counts: { processing: 0, succeeded: 1, errored: 0, canceled: 0, expired: 0 },
  created_at: '2026-01-01T00:00:00Z',
  expires_at: '2026-01-02T00:00:00Z',
  ended_at: '2026-01-01T00:01:00Z',
  results_url: `http://${headers['host']}${collection}/${id}/results`,
});

type Line = { readonly custom_id: string; readonly params: Readonly<Record<string, unknown>> };

const workOff = (request: FakeRequest, answer: (inner: FakeRequest) => ReturnType<Endpoint>): Answer => {
  let usage: FakeUsage = {};
  const lines = (request.body['requests'] as readonly Line[]).map(({ custom_id, params }) => {
    const answered = answer({ ...request, body: params, model: String(params['model']), text: JSON.stringify(params) });
    if ('status' in answered || !('json' in answered.body)) {
      const error = { type: 'error', error: { type: 'invalid_request_error', message: 'This request could not be answered.' } };
      return { custom_id, result: { type: 'errored', error } };
    }
    usage = addUsage(usage, answered.usage ?? {});
    return { custom_id, result: { type: 'succeeded', message: answered.body.json } };
  });
  const text = `${lines.map((line) => JSON.stringify(line)).join('\n')}\n`;
  return { body: { bytes: Buffer.from(text), contentType: 'application/x-jsonl' }, usage, rawUsage: 'one for each line' };
};
