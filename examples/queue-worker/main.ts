// A web process puts tickets into a queue, a worker thread answers them: one trace and one cost for each ticket.
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { parseConfig, serve } from '@costspan/collector-processor';
import { startCostspan } from '@costspan/sdk';
import { startFakeOpenAi } from '@costspan/testkit';
import OpenAI from 'openai';

const usage = { input_text_tokens: 800, output_text_tokens: 100 };
await using models = await startFakeOpenAi({ script: () => ({ reply: { text: 'In Rotterdam.', usage } }) });
const loaded = parseConfig("ledger: { file: ':memory:' }", {}, { endpoint: '127.0.0.1:0' });
if (loaded.kind === 'invalid') throw new Error(JSON.stringify(loaded.issues));
const service = await serve({ config: loaded.config });

const costspan = startCostspan({ endpoint: service.url, serviceName: 'web' });
const openai = costspan.meter(new OpenAI({ apiKey: 'none', baseURL: `${models.url}/v1` }));
// Stands in for a queue of messages with attributes, such as SQS, Kafka or BullMQ.
const queue = new Worker(new URL('./worker.ts', import.meta.url), {
  workerData: { endpoint: service.url, baseURL: `${models.url}/v1` },
});

for (const id of ['T-1', 'T-2']) {
  await costspan.workItem.run({ type: 'ticket', id }, async () => {
    await openai.chat.completions.create({ model: 'gpt-5-mini', messages: [{ role: 'user', content: 'Which kind of ticket?' }] });
    queue.postMessage({ text: 'Where is my parcel?', attributes: costspan.workItem.inject({}) });
    await once(queue, 'message');
  });
}
queue.postMessage('stop');
await once(queue, 'exit');

await costspan.flush();
for (const id of ['T-1', 'T-2']) {
  const cost = await costspan.workItem.ref({ type: 'ticket', id }).cost();
  console.log(id, cost?.total, cost?.currency, cost?.outcome);
}
await costspan.shutdown();
await service.close();
