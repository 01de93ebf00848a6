// The calls that every instrumentation of the plain clients is asked to see. A scenario instruments first, then calls this.
import { ANTHROPIC_URL, OPENAI_URL, run } from './spans.mjs';

const messages = [{ role: 'user', content: 'Hello' }];

export const openaiCalls = (OpenAI) => {
  const client = new OpenAI({ baseURL: `${OPENAI_URL}/v1`, apiKey: 'sk-fake', maxRetries: 0 });
  return {
    chat: () => client.chat.completions.create({ model: 'gpt-5', messages }),
    'chat stream': async () => {
      const stream_options = { include_usage: true };
      for await (const _ of await client.chat.completions.create({ model: 'gpt-5', messages, stream: true, stream_options }));
    },
    responses: () => client.responses.create({ model: 'gpt-5', input: 'Hello' }),
    embeddings: () => client.embeddings.create({ model: 'text-embedding-3-small', input: 'Hello' }),
  };
};

export const anthropicCalls = (Anthropic) => {
  const client = new Anthropic({ baseURL: ANTHROPIC_URL, apiKey: 'sk-fake', maxRetries: 0 });
  const request = { model: 'claude-sonnet-5', max_tokens: 100, messages };
  return {
    message: () => client.messages.create(request),
    'message stream': async () => {
      for await (const _ of await client.messages.create({ ...request, stream: true }));
    },
  };
};

export { run };
