// Several instrumentations of one client at once: two that replace methods, and a wrapper around the client.
import { createRequire } from 'node:module';
import { observeOpenAI } from '@langfuse/openai';
import { trace } from '@opentelemetry/api';
import { openaiCalls, run } from './clients.mjs';
import { provider } from './spans.mjs';

const require = createRequire(import.meta.url);
const openai = require('openai');
for (const [name, exported] of [
  ['@traceloop/instrumentation-openai', 'OpenAIInstrumentation'],
  ['@arizeai/openinference-instrumentation-openai', 'OpenAIInstrumentation'],
]) {
  const instrumentation = new (require(name)[exported])();
  instrumentation.setTracerProvider(provider);
  instrumentation.manuallyInstrument(name.includes('traceloop') ? openai.OpenAI : openai);
}
const { OpenAI } = require('openai');

class ObservedOpenAI {
  constructor(options) {
    // biome-ignore lint/correctness/noConstructorReturn: the calls make a client of the class they are given; this one comes wrapped.
    return observeOpenAI(new OpenAI(options));
  }
}

// A span of the application around each call, as there is one around real work.
const tracer = trace.getTracer('application');
const around = ([name, call]) => [
  name,
  () =>
    tracer.startActiveSpan(name, async (span) => {
      try {
        await call();
      } finally {
        span.end();
      }
    }),
];
await run(Object.fromEntries(Object.entries(openaiCalls(ObservedOpenAI)).map(around)));
