import { answerMessage } from '../anthropic/messages.ts';
import type { Endpoint, FakeEvent } from '../server/answer.ts';
import { eventFrame } from '../server/event-frame.ts';
import { type FakeProvider, type FakeProviderOptions, startFakeProvider } from '../server/fake-provider.ts';
import { converseOf } from './converse.ts';

const PATH = /^\/model\/([^/]+)\/(invoke|invoke-with-response-stream|converse|converse-stream)$/;

/** What a path asks of a model: in the model's own format, or in the one that Converse has for all. */
const endpointOf = (model: string, verb: string): Endpoint =>
  (verb.startsWith('converse') ? converseOf : invokeOf)(model, verb.endsWith('-stream'));

/** A call of Anthropic's model in Bedrock's framing: the model is in the path, and a stream is of binary frames around base64. */
const invokeOf =
  (model: string, isStream: boolean): Endpoint =>
  (request, reply, newId) => {
    const asked = { ...request, model, body: { ...request.body, model, stream: isStream } };
    const answer = answerMessage(asked, reply, newId);
    if ('status' in answer || !('events' in answer.body)) return answer;
    return {
      ...answer,
      body: { events: answer.body.events.map(framed), contentType: 'application/vnd.amazon.eventstream' },
    };
  };

const framed = (event: FakeEvent): FakeEvent => ({ ...event, frame: chunkFrame(event.data) });

const chunkFrame = (json: string): Uint8Array =>
  eventFrame(
    { ':event-type': 'chunk', ':content-type': 'application/json', ':message-type': 'event' },
    JSON.stringify({ bytes: Buffer.from(json).toString('base64'), p: 'abcdefgh' }),
  );

/**
 * Starts a stand-in for Amazon Bedrock: `invoke` and `invoke-with-response-stream` of Anthropic's models, `converse` and
 * `converse-stream` of any. Give a client `baseURL: server.url` and any keys; signatures are not checked.
 */
export const startFakeBedrock = (options: FakeProviderOptions = {}): Promise<FakeProvider> =>
  startFakeProvider(
    {
      name: 'fake Bedrock',
      route: (method, path) => {
        const found = method === 'POST' ? PATH.exec(path) : null;
        return found === null ? undefined : endpointOf(decodeURIComponent(found[1] ?? ''), found[2] ?? '');
      },
      refuse: ({ headers }) =>
        headers['authorization'] === undefined ? { status: 403, message: 'Missing Authentication Token' } : undefined,
      errorBody: (_, message) => ({ message }),
      errorEvent: {
        data: '',
        frame: eventFrame(
          { ':exception-type': 'throttlingException', ':content-type': 'application/json', ':message-type': 'exception' },
          '{"message":"Too many requests"}',
        ),
      },
      requestIdHeader: 'x-amzn-requestid',
    },
    options,
  );
