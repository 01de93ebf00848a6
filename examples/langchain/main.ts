// A chain of LangChain JS over two providers, streamed. Models and the Costspan service run on this computer.
import { parseConfig, serve } from '@costspan/collector-processor';
import { startCostspan } from '@costspan/sdk';
import { startFakeAnthropic, startFakeOpenAi } from '@costspan/testkit';
import { answer, createModels } from './chain.ts';

await using openai = await startFakeOpenAi({
  script: [
    { status: 429, retryAfterMs: 1 },
    { reply: { text: 'Your parcel is in Rotterdam.', usage: { input_text_tokens: 200, output_text_tokens: 100 } } },
  ],
});
await using anthropic = await startFakeAnthropic({
  script: [{ reply: { text: 'In Rotterdam.', usage: { input_text_tokens: 100, output_text_tokens: 20 } } }],
});
const loaded = parseConfig("ledger: { file: ':memory:' }", {}, { endpoint: '127.0.0.1:0' });
if (loaded.kind === 'invalid') throw new Error(JSON.stringify(loaded.issues));
const service = await serve({ config: loaded.config });

const costspan = startCostspan({ endpoint: service.url, serviceName: 'langchain-example' });
const models = createModels(costspan, { openai: `${openai.url}/v1`, anthropic: anthropic.url });
await costspan.workItem.run({ type: 'ticket', id: 'T-42' }, async () => {
  console.log((await answer(models, 'Where is my parcel?')).join(''));
});

await costspan.flush();
const cost = await costspan.workItem.ref({ type: 'ticket', id: 'T-42' }).cost();
console.log(cost?.total, cost?.currency, cost?.complete ? 'in all' : 'at least');
await costspan.shutdown();
await service.close();
