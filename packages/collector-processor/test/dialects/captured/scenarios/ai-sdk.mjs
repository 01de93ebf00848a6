import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAI } from '@ai-sdk/openai';
import { embed, generateText, streamText } from 'ai';
import { ANTHROPIC_URL, OPENAI_URL, run } from './spans.mjs';

const openai = createOpenAI({ baseURL: `${OPENAI_URL}/v1`, apiKey: 'sk-fake' });

// The AI SDK refuses a text without citations that says so with null.
const withoutNullCitations = async (...request) => {
  const response = await fetch(...request);
  if (!response.headers.get('content-type')?.includes('json')) return response;
  return new Response((await response.text()).replaceAll(',"citations":null', ''), response);
};
const anthropic = createAnthropic({ baseURL: `${ANTHROPIC_URL}/v1`, apiKey: 'sk-fake', fetch: withoutNullCitations });
const experimental_telemetry = { isEnabled: true };

if (process.env.AI_SDK_OTEL) {
  const { OpenTelemetry } = await import('@ai-sdk/otel');
  (await import('ai')).registerTelemetry(new OpenTelemetry(JSON.parse(process.env.AI_SDK_OTEL)));
}

const generate = (model) => () => generateText({ model, prompt: 'Hello', experimental_telemetry });
const stream = (model) => async () => {
  const { textStream } = streamText({ model, prompt: 'Hello', experimental_telemetry });
  for await (const _ of textStream);
};

await run({
  'openai generate': generate(openai.chat('gpt-5')),
  'openai stream': stream(openai.chat('gpt-5')),
  'openai responses': generate(openai.responses('gpt-5')),
  'anthropic generate': generate(anthropic('claude-sonnet-5')),
  'anthropic stream': stream(anthropic('claude-sonnet-5')),
  embed: () => embed({ model: openai.embedding('text-embedding-3-small'), value: 'Hello', experimental_telemetry }),
});
