// Answers a question from a vector database: what it costs to embed it, to search, and to answer, in one sum.
import { startCostspan } from '@costspan/sdk';
import { startFakeOpenAi, startFakePinecone } from '@costspan/testkit';
import { Pinecone } from '@pinecone-database/pinecone';
import OpenAI from 'openai';

// Stand in for the providers, so that the example runs without an account. A search takes 6 read units.
await using llm = await startFakeOpenAi({
  script: ({ path }) =>
    path.endsWith('/embeddings')
      ? { reply: { usage: { input_text_tokens: 20 } } }
      : { reply: { text: 'Within 14 days.', usage: { input_text_tokens: 1_200, output_text_tokens: 40 } } },
});
await using database = await startFakePinecone({ readUnits: 6 });

const costspan = startCostspan({ serviceName: 'help' });
const openai = costspan.meter(new OpenAI({ apiKey: 'none', baseURL: `${llm.url}/v1` }));
const pinecone = costspan.meter(new Pinecone({ apiKey: 'none' }));
const articles = pinecone.index({ name: 'articles', host: database.url });

const embed = async (text: string): Promise<number[]> => {
  const { data } = await openai.embeddings.create({ model: 'text-embedding-3-small', input: text });
  return data[0]?.embedding ?? [];
};

await costspan.workItem.run({ type: 'index', id: 'articles' }, async () => {
  const text = 'Refunds are paid within 14 days.';
  await articles.upsert({ records: [{ id: 'refunds', values: await embed(text), metadata: { text } }] });
});

const ticket = costspan.workItem.ref({ type: 'ticket', id: 'T-42' });
await costspan.workItem.run({ type: 'ticket', id: 'T-42' }, async () => {
  const question = 'When do I get my money back?';
  const { matches } = await articles.query({ vector: await embed(question), topK: 3 });
  const answer = await openai.chat.completions.create({
    model: 'gpt-5-mini',
    messages: [{ role: 'user', content: `From ${matches.map(({ id }) => id).join()}: ${question}` }],
  });
  console.log(answer.choices[0]?.message.content);
});

await costspan.flush();
for (const item of [ticket, costspan.workItem.ref({ type: 'index', id: 'articles' })]) {
  const { total, byCategory } = (await item.cost()) ?? {};
  console.log(total, byCategory);
}
await costspan.shutdown();
