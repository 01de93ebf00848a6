// INSTRUMENTATIONS names the packages and what each instruments: package#Export=openai|anthropic, separated by commas.
import { createRequire } from 'node:module';
import { metrics } from '@opentelemetry/api';
import { anthropicCalls, openaiCalls, run } from './clients.mjs';
import { provider } from './spans.mjs';

const require = createRequire(import.meta.url);
const calls = {};
for (const each of process.env.INSTRUMENTATIONS.split(',')) {
  const [from, target] = each.split('=');
  const [name, exported] = from.split('#');
  const instrumentation = new (require(name)[exported])();
  instrumentation.setTracerProvider(provider);
  instrumentation.setMeterProvider(metrics.getMeterProvider());
  const module = require(target === 'openai' ? 'openai' : '@anthropic-ai/sdk');
  const patched = patch(name, instrumentation, module);
  Object.assign(
    calls,
    target === 'openai' ? openaiCalls(patched.OpenAI ?? patched) : anthropicCalls(patched.Anthropic ?? patched),
  );
}
await run(calls);

function patch(name, instrumentation, module) {
  if (typeof instrumentation.manuallyInstrument === 'function') {
    // Some take the class of the client, some the module around it.
    instrumentation.manuallyInstrument(name.includes('traceloop/instrumentation-openai') ? module.OpenAI : module);
    return module;
  }
  instrumentation.enable();
  return require(module.OpenAI ? 'openai' : '@anthropic-ai/sdk');
}
