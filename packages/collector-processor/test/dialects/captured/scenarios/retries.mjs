// An OpenAI client that tries again, below an instrumentation of the client, above one of the HTTP client.
import { createRequire } from 'node:module';
import { metrics } from '@opentelemetry/api';
import { OPENAI_URL, provider, run } from './spans.mjs';

const require = createRequire(import.meta.url);
const { UndiciInstrumentation } = require('@opentelemetry/instrumentation-undici');
const { OpenAIInstrumentation } = require('@opentelemetry/instrumentation-openai');
const undici = new UndiciInstrumentation();
undici.setTracerProvider(provider);
undici.enable();
const instrumentation = new OpenAIInstrumentation();
instrumentation.setTracerProvider(provider);
instrumentation.setMeterProvider(metrics.getMeterProvider());
instrumentation.manuallyInstrument?.(require('openai'));
instrumentation.enable();
const { OpenAI } = require('openai');

// The host of the provider, at the address of its stand-in.
const { Agent, setGlobalDispatcher } = require('undici');
const lookup = (_host, _options, found) => found(null, [{ address: '127.0.0.1', family: 4 }]);
setGlobalDispatcher(new Agent({ connect: { lookup } }));
const baseURL = `http://api.openai.com:${new URL(OPENAI_URL).port}/v1`;
const client = new OpenAI({ baseURL, apiKey: 'sk-fake', maxRetries: 2, timeout: 1000 });
const ask = (content) => () => client.chat.completions.create({ model: 'gpt-5', messages: [{ role: 'user', content }] });

await run({
  'refused twice': ask('refused twice'),
  'timed out once': ask('timed out once'),
  'refused for good': ask('refused for good'),
});
process.exit(0);
