import type { Answer, Endpoint } from '../server/answer.ts';
import { type FakeProvider, type FakeProviderOptions, startFakeProvider } from '../server/fake-provider.ts';
import { piecesOf } from '../server/pieces.ts';
import { type FakeUsage, unitsOf } from '../server/script.ts';
import { tokensOf } from '../server/tokens.ts';

const PATH = /\/models\/([^/:]+):(generateContent|streamGenerateContent|embedContent|batchEmbedContents|countTokens)$/;

const units = ['input_text_tokens', 'input_cache_read_text_tokens', 'output_text_tokens', 'output_reasoning_tokens'] as const;

/** Usage as Gemini tells it: cached tokens are part of the prompt, thoughts stand beside the candidates. */
const usageMetadata = (usage: FakeUsage): Readonly<Record<string, number>> => {
  const u = unitsOf(usage, 'generateContent', units);
  const prompt = u.input_text_tokens + u.input_cache_read_text_tokens;
  return {
    promptTokenCount: prompt,
    candidatesTokenCount: u.output_text_tokens,
    totalTokenCount: prompt + u.output_text_tokens + u.output_reasoning_tokens,
    ...(u.input_cache_read_text_tokens > 0 && { cachedContentTokenCount: u.input_cache_read_text_tokens }),
    ...(u.output_reasoning_tokens > 0 && { thoughtsTokenCount: u.output_reasoning_tokens }),
  };
};

const endpointOf =
  (model: string, isStream: boolean): Endpoint =>
  (request, reply, newId): Answer => {
    const text = reply.text ?? (reply.toolCalls === undefined ? 'A short answer.' : '');
    const usage = reply.usage ?? {
      input_text_tokens: tokensOf(JSON.stringify(request.body)),
      output_text_tokens: tokensOf(text),
    };
    const responseId = reply.responseId ?? newId('resp');
    const rawUsage = reply.rawUsage ?? usageMetadata(usage);
    const answer = (parts: readonly object[], rest: object): object => ({
      candidates: [{ content: { parts, role: 'model' }, index: 0, ...rest }],
      modelVersion: reply.model ?? model,
      responseId,
    });
    const told = rawUsage === 'absent' ? {} : { usageMetadata: rawUsage };
    const calls = (reply.toolCalls ?? []).map((call) => ({ functionCall: { name: call.name, args: call.arguments } }));
    const parts = [...piecesOf(text).map((piece) => ({ text: piece })), ...calls];
    const whole = { ...answer([...(text === '' ? [] : [{ text }]), ...calls], { finishReason: 'STOP' }), ...told };
    const events = parts.map((part, index) => {
      const isLast = index === parts.length - 1;
      const data = { ...answer([part], isLast ? { finishReason: 'STOP' } : {}), ...(isLast ? told : {}) };
      return { data: JSON.stringify(data), carriesUsage: isLast && rawUsage !== 'absent' };
    });
    return {
      body: isStream ? { events } : { json: whole },
      model: reply.model ?? model,
      usage,
      responseId,
      ...(rawUsage === 'absent' ? {} : { rawUsage }),
    };
  };

/** Embeddings, one for each request, with the usage that newer models tell. */
const embeddingsOf =
  (model: string): Endpoint =>
  ({ body }, reply): Answer => {
    const requests = Array.isArray(body['requests']) ? body['requests'] : [body];
    const usage = reply.usage ?? { input_text_tokens: tokensOf(JSON.stringify(requests)) };
    const rawUsage = reply.rawUsage ?? {
      promptTokenCount: unitsOf(usage, 'embedContent', ['input_text_tokens']).input_text_tokens,
    };
    const embeddings = requests.map(() => ({ values: [0.6, 0.8] }));
    const answer = 'requests' in body ? { embeddings } : { embedding: embeddings[0] };
    const told = rawUsage === 'absent' ? {} : { rawUsage };
    return { body: { json: { ...answer, ...(rawUsage !== 'absent' && { usageMetadata: rawUsage }) } }, model, usage, ...told };
  };

/** A count of tokens, which is free. */
const countTokens: Endpoint = ({ body }) => ({ body: { json: { totalTokens: tokensOf(JSON.stringify(body)) } } });

const endpointFor = (model: string, verb: string): Endpoint => {
  if (verb === 'countTokens') return countTokens;
  return /embed/i.test(verb) ? embeddingsOf(model) : endpointOf(model, verb === 'streamGenerateContent');
};

/**
 * Starts a stand-in for the Gemini API: contents generated, plain and streamed, embeddings and token counts. Give a client
 * this URL and any key.
 */
export const startFakeGemini = (options: FakeProviderOptions = {}): Promise<FakeProvider> =>
  startFakeProvider(
    {
      name: 'fake Gemini',
      route: (method, path) => {
        const found = method === 'POST' ? PATH.exec(path) : null;
        return found === null ? undefined : endpointFor(found[1] ?? '', found[2] ?? '');
      },
      refuse: ({ headers }) =>
        headers['x-goog-api-key'] === undefined
          ? { status: 403, message: 'Method does not allow unregistered callers.' }
          : undefined,
      errorBody: (code, message) => ({ error: { code, message, status: code === 429 ? 'RESOURCE_EXHAUSTED' : 'FAILED' } }),
      errorEvent: { data: '{"error":{"code":503,"message":"The model is overloaded.","status":"UNAVAILABLE"}}' },
      requestIdHeader: 'x-request-id',
    },
    options,
  );
