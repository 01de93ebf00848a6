import type { CompactedResponse } from 'openai/resources/responses/responses';
import type { Endpoint } from '../server/answer.ts';
import { responseUsage, usageOf } from './usage.ts';

/** `POST /v1/responses/compact`: the conversation so far, made shorter. */
export const answerCompaction: Endpoint = (request, reply, newId) => {
  if (request.model === '') return { status: 400, message: 'Missing required parameter: model' };
  const text = reply.text ?? 'A summary.';
  const usage = usageOf(request, reply, text);
  const rawUsage = responseUsage(usage);
  const json: CompactedResponse = {
    id: reply.responseId ?? newId('resp'),
    object: 'response.compaction',
    created_at: Math.floor(Date.now() / 1000),
    output: [{ type: 'compaction', id: newId('cmp'), encrypted_content: Buffer.from(text).toString('base64') }],
    usage: rawUsage,
  };
  return { body: { json }, model: request.model, usage, responseId: json.id, rawUsage };
};
