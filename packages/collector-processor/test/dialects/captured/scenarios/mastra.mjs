// Mastra's agents, whose own spans its exporter turns into spans of OpenTelemetry.
import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAI } from '@ai-sdk/openai';
import { Agent } from '@mastra/core/agent';
import { Mastra } from '@mastra/core/mastra';
import { Observability } from '@mastra/observability';
import { OtelExporter } from '@mastra/otel-exporter';
import { ANTHROPIC_URL, exporter, OPENAI_URL, run } from './spans.mjs';

// The AI SDK refuses a text without citations that says so with null.
const withoutNullCitations = async (...request) => {
  const response = await fetch(...request);
  if (!response.headers.get('content-type')?.includes('json')) return response;
  return new Response((await response.text()).replaceAll(',"citations":null', ''), response);
};
const openai = createOpenAI({ baseURL: `${OPENAI_URL}/v1`, apiKey: 'sk-fake' });
const anthropic = createAnthropic({ baseURL: `${ANTHROPIC_URL}/v1`, apiKey: 'sk-fake', fetch: withoutNullCitations });

const agent = (name, model) => new Agent({ id: name, name, instructions: 'Be short.', model });
const mastra = new Mastra({
  agents: {
    chat: agent('chat', openai.chat('gpt-5')),
    responses: agent('responses', openai.responses('gpt-5')),
    message: agent('message', anthropic('claude-sonnet-5')),
  },
  logger: false,
  observability: new Observability({
    configs: {
      otel: {
        serviceName: 'capture',
        exporters: [
          new OtelExporter({ exporter, provider: { custom: { endpoint: 'http://127.0.0.1:1' } }, signals: { logs: false } }),
        ],
      },
    },
  }),
});

const generate = (name) => () => mastra.getAgent(name).generate('Hello');
const stream = (name) => async () => {
  const { textStream } = await mastra.getAgent(name).stream('Hello');
  for await (const _ of textStream);
};

await run(
  {
    chat: generate('chat'),
    'chat stream': stream('chat'),
    responses: generate('responses'),
    message: generate('message'),
    'message stream': stream('message'),
  },
  () => mastra.observability.flush?.() ?? mastra.observability.shutdown(),
);
process.exit(0);
