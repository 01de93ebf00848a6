import { parentPort, workerData } from 'node:worker_threads';
import { type Carrier, startCostspan } from '@costspan/sdk';
import OpenAI from 'openai';

type Message = { readonly text: string; readonly attributes: Carrier };

const costspan = startCostspan({ endpoint: workerData.endpoint, serviceName: 'worker' });
const openai = costspan.meter(new OpenAI({ apiKey: 'none', baseURL: workerData.baseURL }));

const answer = ({ text, attributes }: Message): Promise<void> =>
  costspan.workItem.runWith(costspan.workItem.extract(attributes), async (ticket) => {
    await openai.chat.completions.create({ model: 'gpt-5', messages: [{ role: 'user', content: text }] });
    ticket.outcome('resolved');
  });

parentPort?.on('message', async (message: Message | 'stop') => {
  if (message !== 'stop') {
    await answer(message);
    parentPort?.postMessage('done');
    return;
  }
  await costspan.shutdown();
  parentPort?.close();
});
