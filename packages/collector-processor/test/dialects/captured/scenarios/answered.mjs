// Requests that are answered, as an instrumentation of the HTTP client sees them: of clients nobody instruments, of an
// instrumentation that does not make its span the parent of the request, and of one that does.
import { createRequire } from 'node:module';
import { createOpenAI } from '@ai-sdk/openai';
import { OpenTelemetry } from '@ai-sdk/otel';
import { observeOpenAI } from '@langfuse/openai';
import { trace } from '@opentelemetry/api';
import { generateText, registerTelemetry } from 'ai';
import OpenAI from 'openai';
import { OPENAI_URL, provider, run } from './spans.mjs';

const require = createRequire(import.meta.url);
const { UndiciInstrumentation } = require('@opentelemetry/instrumentation-undici');
const undici = new UndiciInstrumentation();
undici.setTracerProvider(provider);
undici.enable();

// The host of the provider, at the address of its stand-in.
const { Agent, setGlobalDispatcher } = require('undici');
const lookup = (_host, _options, found) => found(null, [{ address: '127.0.0.1', family: 4 }]);
setGlobalDispatcher(new Agent({ connect: { lookup } }));
const baseURL = `http://api.openai.com:${new URL(OPENAI_URL).port}/v1`;

registerTelemetry(new OpenTelemetry());
const plain = new OpenAI({ baseURL, apiKey: 'sk-fake', maxRetries: 0 });
const observed = observeOpenAI(new OpenAI({ baseURL, apiKey: 'sk-fake', maxRetries: 0 }));
const vercel = createOpenAI({ baseURL, apiKey: 'sk-fake' });
const messages = [{ role: 'user', content: 'Hello' }];

const drain = async (stream) => {
  for await (const _ of stream);
};
/** Within a span of the application, as in a handler of requests. */
const within = (name, call) => () =>
  trace.getTracer('application').startActiveSpan(name, (span) => call().finally(() => span.end()));

await run({
  alone: within('alone', () => plain.responses.create({ model: 'gpt-5', input: 'Hello' })),
  'alone, embeddings': within('alone, embeddings', () =>
    plain.embeddings.create({ model: 'text-embedding-3-small', input: 'Hello' }),
  ),
  beside: within('beside', () => observed.chat.completions.create({ model: 'gpt-5', messages })),
  'beside, stream': within('beside, stream', async () =>
    drain(
      await observed.chat.completions.create({ model: 'gpt-5', messages, stream: true, stream_options: { include_usage: true } }),
    ),
  ),
  below: within('below', () => generateText({ model: vercel.chat('gpt-5'), prompt: 'Hello', maxRetries: 0 })),
});
process.exit(0);
