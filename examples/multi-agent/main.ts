// A planner with two agents under it, and one of them with an agent of its own: every cost is counted once, and rolls up.
import { startCostspan } from '@costspan/sdk';
import { startFakeOpenAi } from '@costspan/testkit';
import OpenAI from 'openai';

// Stands in for the provider, so that the example runs without an account: 1,000 tokens in and 100 out an answer.
await using provider = await startFakeOpenAi({
  script: () => ({ reply: { text: 'Done.', usage: { input_text_tokens: 1_000, output_text_tokens: 100 } } }),
});

const costspan = startCostspan({ serviceName: 'research' });
const openai = costspan.meter(new OpenAI({ apiKey: 'none', baseURL: `${provider.url}/v1` }));
const search = costspan.tool('search', async (text: string) => `found ${text}`, { sku: 'web/search' });

const think = async (text: string): Promise<void> => {
  await openai.chat.completions.create({ model: 'gpt-5', messages: [{ role: 'user', content: text }] });
};

await costspan.workItem.run({ type: 'report', id: 'R-7' }, (report) =>
  report.agent({ name: 'planner' }, async () => {
    await think('Who does what?');
    await Promise.all([
      report.agent({ name: 'researcher' }, async () => {
        await search('prices');
        await report.agent({ name: 'fact-checker' }, () => think('Is that so?'));
      }),
      report.agent({ name: 'writer' }, () => think('Write it down.')),
    ]);
  }),
);

await costspan.flush();
const { total, byCategory } = (await costspan.workItem.ref({ type: 'report', id: 'R-7' }).cost()) ?? {};
console.log(total, byCategory);
await costspan.shutdown();
