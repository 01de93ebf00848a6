import { anthropicMessages } from '../apis/anthropic-messages.ts';
import type { Api } from '../apis/api-type.ts';
import { fieldOf, objectOf, textOf } from '../apis/kept.ts';
import { chatAnswer, openaiChat } from '../apis/openai-chat.ts';
import { openaiEmbeddings } from '../apis/openai-others.ts';
import { openaiResponses, responseAnswer } from '../apis/openai-responses.ts';
import type { LateResult, LateSource } from './late-result.ts';

/** A response made in the background, when it is read. */
const backgroundResponse: LateSource = { path: /\/responses\/[^/]+$/, api: openaiResponses };

// By `object` of the body of a line: a batch may be of any of these.
const bodies: Readonly<Record<string, Api>> = {
  'chat.completion': openaiChat,
  text_completion: openaiChat,
  response: openaiResponses,
  list: openaiEmbeddings,
};

const readOpenaiLine = (kept: unknown): LateResult | undefined => {
  const body = objectOf(fieldOf(kept, 'response'), 'body');
  const api = bodies[textOf(body, 'object') ?? ''];
  const id = textOf(kept, 'id');
  if (api === undefined || id === undefined) return undefined;
  const answer = { ...api.readAnswer(body), serviceTier: BATCH };
  return withCustomId({ api, id, answer }, kept);
};

const readAnthropicLine = (kept: unknown): LateResult | undefined => {
  const message = objectOf(fieldOf(kept, 'result'), 'message');
  const id = textOf(message, 'id');
  if (id === undefined) return undefined;
  const answer = { ...anthropicMessages.readAnswer(message), serviceTier: BATCH };
  return withCustomId({ api: anthropicMessages, id, answer }, kept);
};

const withCustomId = (result: LateResult, kept: unknown): LateResult => {
  const customId = textOf(kept, 'custom_id');
  return { ...result, ...(customId !== undefined && { customId }) };
};

// Batches are charged at a tier of their own, which OpenAI's lines do not name.
const BATCH = 'batch';

/** The output of an OpenAI batch is a file like others: only lines that look like results are read. */
const openaiBatch: LateSource = {
  path: /\/files\/[^/]+\/content$/,
  api: openaiChat,
  lines: {
    keep: {
      id: true,
      custom_id: true,
      response: { body: { object: true, ...chatAnswer, ...responseAnswer } },
    },
    read: readOpenaiLine,
  },
};

const anthropicBatch: LateSource = {
  path: /\/v1\/messages\/batches\/[^/]+\/results$/,
  api: anthropicMessages,
  lines: { keep: { custom_id: true, result: { message: anthropicMessages.answer } }, read: readAnthropicLine },
};

const sources: readonly LateSource[] = [backgroundResponse, openaiBatch, anthropicBatch];

/** Where a request reads results of earlier ones, or undefined. */
export const lateSourceOf = (method: string, path: string): LateSource | undefined =>
  method === 'GET' ? sources.find((source) => source.path.test(path)) : undefined;
