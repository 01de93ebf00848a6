import { createRequire } from 'node:module';
import { trace } from '@opentelemetry/api';
import './spans.mjs';

// OpenLIT joins a provider that takes further processors, and else registers one of its own.
trace.getTracerProvider().addSpanProcessor = () => {};
const require = createRequire(import.meta.url);
const { Openlit } = require('openlit');
Openlit.init({ applicationName: 'capture', environment: 'capture', disableMetrics: true, disableEvents: true });

const { anthropicCalls, openaiCalls, run } = await import('./clients.mjs');
await run({ ...openaiCalls(require('openai')), ...anthropicCalls(require('@anthropic-ai/sdk')) });
process.exit(0);
