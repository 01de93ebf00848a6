// Sentry sets up OpenTelemetry itself, and sends nothing here.
import { createRequire } from 'node:module';
import { SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node';
import { exporter } from './spans.mjs';

const require = createRequire(import.meta.url);
const Sentry = require('@sentry/node');
Sentry.init({
  dsn: 'https://key@127.0.0.1/1',
  tracesSampleRate: 1,
  openTelemetrySpanProcessors: [new SimpleSpanProcessor(exporter)],
  transport: () => ({ send: () => Promise.resolve({}), flush: () => Promise.resolve(true) }),
});

const { anthropicCalls, openaiCalls, run } = await import('./clients.mjs');
const calls = { ...openaiCalls(require('openai')), ...anthropicCalls(require('@anthropic-ai/sdk')) };
const within = (name, call) => () => Sentry.startSpan({ name, op: 'application' }, call);
await run(Object.fromEntries(Object.entries(calls).map(([name, call]) => [name, within(name, call)])));
process.exit(0);
