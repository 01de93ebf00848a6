import type { Endpoint, ProviderFormat } from '../server/answer.ts';
import { type FakeProvider, type FakeProviderOptions, startFakeProvider } from '../server/fake-provider.ts';
import { createBatches } from './batches.ts';
import { answerCountTokens, answerMessage } from './messages.ts';

const endpoints: Readonly<Record<string, Endpoint>> = {
  'POST /v1/messages': answerMessage,
  'POST /v1/messages/count_tokens': answerCountTokens,
};

const errorTypes: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  529: 'overloaded_error',
};

const format: Omit<ProviderFormat, 'route'> = {
  name: 'fake Anthropic',
  refuse: ({ headers }) => {
    const { authorization, 'x-api-key': apiKey, 'anthropic-version': version } = headers;
    if (apiKey === undefined && authorization === undefined) {
      return { status: 401, message: 'x-api-key header is required' };
    }
    if (version === undefined) {
      return { status: 400, message: 'anthropic-version: header is required' };
    }
    return undefined;
  },
  errorBody: (status, message, requestId) => ({
    type: 'error',
    error: { type: errorTypes[status] ?? 'api_error', message },
    request_id: requestId,
  }),
  errorEvent: { event: 'error', data: '{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}' },
  requestIdHeader: 'request-id',
};

/**
 * Starts a stand-in for the Anthropic API: messages (plain, streamed and in batches) and token counts. Give a client
 * `baseURL: server.url` and any key.
 */
export const startFakeAnthropic = (options: FakeProviderOptions = {}): Promise<FakeProvider> => {
  const batches = createBatches();
  return startFakeProvider(
    { ...format, route: (method, path) => endpoints[`${method} ${path}`] ?? batches.route(method, path) },
    options,
  );
};
