// An agent on the Vercel AI SDK with its telemetry on. Models and the Costspan service run on this computer.
import { OpenTelemetry } from '@ai-sdk/otel';
import { parseConfig, serve } from '@costspan/collector-processor';
import { startCostspan } from '@costspan/sdk';
import { startFakeOpenAi } from '@costspan/testkit';
import { registerTelemetry } from 'ai';
import { createAgent } from './agent.ts';

await using models = await startFakeOpenAi({
  script: [
    {},
    {
      reply: {
        toolCalls: [{ name: 'parcel', arguments: { number: 'P-7' } }],
        usage: { input_text_tokens: 900, output_text_tokens: 60 },
      },
    },
    {
      reply: {
        text: 'Your parcel is in Rotterdam.',
        usage: {
          input_text_tokens: 100,
          input_cache_read_text_tokens: 900,
          output_text_tokens: 40,
          output_reasoning_tokens: 120,
        },
      },
    },
    { status: 429, retryAfterMs: 1 },
    { reply: { text: 'Good news!', usage: { input_text_tokens: 50, output_text_tokens: 30 } } },
  ],
});
const loaded = parseConfig("ledger: { file: ':memory:' }", {}, { endpoint: '127.0.0.1:0' });
if (loaded.kind === 'invalid') throw new Error(JSON.stringify(loaded.issues));
const service = await serve({ config: loaded.config });

const costspan = startCostspan({ endpoint: service.url, serviceName: 'ai-sdk-example' });
registerTelemetry(new OpenTelemetry());
const answer = createAgent(costspan, { baseURL: `${models.url}/v1`, apiKey: 'none' });
console.log(await answer('T-42', 'Where is my parcel P-7?'));

await costspan.flush();
const cost = await costspan.workItem.ref({ type: 'ticket', id: 'T-42' }).cost();
for (const [category, amount] of Object.entries(cost?.byCategory ?? {}).toReversed()) console.log(category.padEnd(10), amount);
console.log('total'.padEnd(10), cost?.total, cost?.currency);
await costspan.shutdown();
await service.close();
