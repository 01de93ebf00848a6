// OpenLLMetry's own SDK: its decorators around calls of OpenAI. It sets up OpenTelemetry itself.
import { createRequire } from 'node:module';
import { SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node';
import { exporter, OPENAI_URL, run } from './spans.mjs';

const require = createRequire(import.meta.url);
const traceloop = require('@traceloop/node-server-sdk');
const { OpenAI } = require('openai');
traceloop.initialize({
  appName: 'capture',
  processor: new SimpleSpanProcessor(exporter),
  instrumentModules: { openAI: OpenAI },
  traceloopSyncEnabled: false,
  silenceInitializationMessage: true,
});

const client = new OpenAI({ baseURL: `${OPENAI_URL}/v1`, apiKey: 'sk-fake', maxRetries: 0 });
const ask = () => client.chat.completions.create({ model: 'gpt-5', messages: [{ role: 'user', content: 'Hello' }] });

await run({
  workflow: () =>
    traceloop.withWorkflow({ name: 'answer-ticket', associationProperties: { ticket: 'T-42' } }, () =>
      traceloop.withAgent({ name: 'writer' }, () =>
        traceloop.withTask({ name: 'draft' }, async () => {
          await traceloop.withTool({ name: 'look-up' }, async () => 'found');
          return ask();
        }),
      ),
    ),
});
process.exit(0);
