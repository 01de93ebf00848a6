import type { Endpoint } from '../server/answer.ts';
import { addUsage, type FakeRequest, type FakeUsage } from '../server/script.ts';

/** Batches with their files, worked off at once. */
export type Batches = { readonly route: (method: string, path: string) => Endpoint | undefined };

type Result = { readonly text: string; readonly usage: FakeUsage };
type Line = { readonly custom_id: string; readonly url: string; readonly body: Readonly<Record<string, unknown>> };

/** No files and batches yet. Each line of a batch is answered by the endpoint its `url` names. */
export const createBatches = (endpoints: Readonly<Record<string, Endpoint>>): Batches => {
  const files = new Map<string, Result>();
  const batches = new Map<string, unknown>();

  const upload: Endpoint = ({ body }, _, newId) => {
    const id = newId('file');
    const { file, purpose } = body;
    files.set(id, { text: String(file), usage: {} });
    return {
      body: { json: { id, object: 'file', bytes: String(file).length, created_at: 1, filename: 'input.jsonl', purpose } },
    };
  };

  const create: Endpoint = (request, reply, newId) => {
    const { input_file_id: input, endpoint, completion_window } = request.body;
    const source = files.get(String(input));
    if (source === undefined) return { status: 400, message: `No such file: ${String(input)}` };
    const output = newId('file');
    files.set(
      output,
      workOff(source.text, (line) => {
        const inner: FakeRequest = {
          ...request,
          body: line.body,
          model: String(line.body['model']),
          text: JSON.stringify(line.body),
        };
        const answer = endpoints[`POST ${line.url}`]?.(inner, reply, newId);
        if (answer === undefined || 'status' in answer || !('json' in answer.body)) return undefined;
        return { id: newId('batch_req'), json: answer.body.json, usage: answer.usage ?? {} };
      }),
    );
    const id = newId('batch');
    const batch = {
      id,
      object: 'batch',
      endpoint,
      completion_window,
      input_file_id: input,
      output_file_id: output,
      status: 'completed',
      created_at: 1,
    };
    batches.set(id, batch);
    return { body: { json: batch } };
  };

  const readFile = (id: string): Endpoint | undefined => {
    const file = files.get(id);
    if (file === undefined) return undefined;
    return () => ({
      body: { bytes: Buffer.from(file.text), contentType: 'application/octet-stream' },
      usage: file.usage,
      ...(Object.keys(file.usage).length > 0 && { rawUsage: 'one for each line' }),
    });
  };

  return {
    route: (method, path) => {
      const [, collection, id = '', part] = path.split('/').slice(1);
      if (method === 'POST' && path === '/v1/files') return upload;
      if (method === 'POST' && path === '/v1/batches') return create;
      if (method !== 'GET') return undefined;
      if (collection === 'files' && part === 'content') return readFile(id);
      const batch = collection === 'batches' ? batches.get(id) : undefined;
      return batch === undefined ? undefined : () => ({ body: { json: batch } });
    },
  };
};

const workOff = (
  input: string,
  answer: (line: Line) => { readonly id: string; readonly json: unknown; readonly usage: FakeUsage } | undefined,
): Result => {
  let usage: FakeUsage = {};
  const lines = input
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((text) => {
      const line = JSON.parse(text) as Line;
      const answered = answer(line);
      if (answered === undefined) {
        const error = { code: 'invalid_request', message: 'This line could not be answered.' };
        return { id: 'batch_req_0', custom_id: line.custom_id, response: null, error };
      }
      usage = addUsage(usage, answered.usage);
      const response = { status_code: 200, request_id: answered.id, body: answered.json };
      return { id: answered.id, custom_id: line.custom_id, response, error: null };
    });
  return { text: `${lines.map((line) => JSON.stringify(line)).join('\n')}\n`, usage };
};
