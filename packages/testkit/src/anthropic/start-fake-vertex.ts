import type { Endpoint } from '../server/answer.ts';
import { type FakeProvider, type FakeProviderOptions, startFakeProvider } from '../server/fake-provider.ts';
import { answerMessage } from './messages.ts';

const PATH = /\/publishers\/anthropic\/models\/([^/:]+):(rawPredict|streamRawPredict)$/;

const endpointOf =
  (model: string): Endpoint =>
  (request, reply, newId) =>
    answerMessage({ ...request, model, body: { ...request.body, model } }, reply, newId);

/**
 * Starts a stand-in for Anthropic's models on Vertex AI: `rawPredict` and `streamRawPredict`. Give a client
 * `baseURL: server.url` and an auth client with any token.
 */
export const startFakeVertex = (options: FakeProviderOptions = {}): Promise<FakeProvider> =>
  startFakeProvider(
    {
      name: 'fake Vertex AI',
      route: (method, path) => {
        const model = method === 'POST' ? PATH.exec(path)?.[1] : undefined;
        return model === undefined ? undefined : endpointOf(decodeURIComponent(model));
      },
      refuse: ({ headers }) =>
        headers['authorization']?.startsWith('Bearer ') === true
          ? undefined
          : { status: 401, message: 'Request is missing required authentication credential.' },
      errorBody: (status, message) => ({ error: { code: status, message, status: 'FAILED' } }),
      errorEvent: { event: 'error', data: '{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}' },
      requestIdHeader: 'x-request-id',
    },
    options,
  );
