import type { Endpoint, ProviderFormat } from '../server/answer.ts';
import { type FakeProvider, type FakeProviderOptions, startFakeProvider } from '../server/fake-provider.ts';
import { answerSpeech, answerTranscription } from './audio.ts';
import { createBackground } from './background.ts';
import { createBatches } from './batches.ts';
import { answerChatCompletion } from './chat-completions.ts';
import { answerCompaction } from './compact.ts';
import { answerDecision } from './decisions.ts';
import { answerEmbeddings } from './embeddings.ts';
import { answerImages } from './images.ts';
import { answerModeration } from './moderations.ts';
import { answerResponse } from './responses.ts';

const endpoints: Readonly<Record<string, Endpoint>> = {
  'POST /v1/audio/speech': answerSpeech,
  'POST /v1/audio/transcriptions': answerTranscription,
  'POST /v1/images/edits': answerImages,
  'POST /v1/chat/completions': answerChatCompletion,
  'POST /v1/responses': answerResponse,
  'POST /v1/responses/compact': answerCompaction,
  'POST /v1/decisions': answerDecision,
  'POST /v1/embeddings': answerEmbeddings,
  'POST /v1/moderations': answerModeration,
  'POST /v1/images/generations': answerImages,
  'GET /v1/models': () => ({ body: { json: { object: 'list', data: ['gpt-5', 'gpt-5-mini'].map(model) } } }),
};

const errorTypes: Readonly<Record<number, readonly [type: string, code: string | null]>> = {
  401: ['invalid_request_error', 'invalid_api_key'],
  404: ['invalid_request_error', 'model_not_found'],
  429: ['requests', 'rate_limit_exceeded'],
};

const format: Omit<ProviderFormat, 'route'> = {
  name: 'fake OpenAI',
  refuse: ({ headers: { authorization } }) =>
    authorization?.startsWith('Bearer ')
      ? undefined
      : { status: 401, message: "You didn't provide an API key in an Authorization header (Bearer)." },
  errorBody: (status, message) => {
    const [type, code] = errorTypes[status] ?? [status >= 500 ? 'server_error' : 'invalid_request_error', null];
    return { error: { message, type, param: null, code } };
  },
  errorEvent: {
    event: 'error',
    data: '{"error":{"type":"server_error","code":"server_error","message":"The server had an error.","param":null}}',
  },
  requestIdHeader: 'x-request-id',
};

/**
 * Starts a stand-in for the OpenAI API: chat completions, responses (plain, streamed, in the background and compacted),
 * decisions, embeddings, moderations, images, audio, batches with their files, and the list of models. Give a client
 * `baseURL: server.url + '/v1'` and any key.
 */
export const startFakeOpenAi = (options: FakeProviderOptions = {}): Promise<FakeProvider> => {
  const background = createBackground();
  const batches = createBatches(endpoints);
  return startFakeProvider(
    {
      ...format,
      route: (method, path) =>
        method === 'POST' && path === '/v1/responses'
          ? background.create
          : (endpoints[`${method} ${path}`] ?? background.route(method, path) ?? batches.route(method, path)),
    },
    options,
  );
};

function model(id: string): Readonly<Record<string, unknown>> {
  return { id, object: 'model', created: 1_754_524_800, owned_by: 'openai' };
}
