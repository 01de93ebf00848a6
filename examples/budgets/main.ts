// A ticket that may cost 10 cents: a planner hands slices of them to researchers, one of which never comes to an end.
import { BudgetExceededError, createCostspan } from '@costspan/sdk';
import { startFakeOpenAi } from '@costspan/testkit';
import OpenAI from 'openai';

// Stands in for the provider, so that the example runs without an account: every answer uses 800 tokens in and 200 out.
await using provider = await startFakeOpenAi({
  script: () => ({ reply: { text: 'A finding.', usage: { input_text_tokens: 800, output_text_tokens: 200 } } }),
});

const costspan = createCostspan();
const openai = costspan.meter(new OpenAI({ apiKey: 'none', baseURL: `${provider.url}/v1`, maxRetries: 0 }));
const perTicket = costspan.budget({
  per: 'item',
  type: 'ticket',
  currency: 'USD',
  soft: '0.01',
  hard: '0.10',
  onSoft: ({ committed, currency }) => console.log(`soft limit reached: ${committed} ${currency}`),
});
await costspan.ready();

const ask = async (question: string): Promise<string> => {
  const answer = await openai.chat.completions.create({
    model: 'gpt-5',
    max_completion_tokens: 500,
    messages: [{ role: 'user', content: question }],
  });
  return answer.choices[0]?.message.content ?? '';
};

await costspan.workItem.run({ type: 'ticket', id: 'T-42', budgets: [perTicket] }, async (ticket) => {
  const findings: string[] = [];

  await ticket.agent({ name: 'careful researcher', slice: '0.02' }, async (agent) => {
    findings.push(await ask('Where is the parcel?'));
    console.log(`careful researcher: has ${await agent.left()} left of its slice`);
  });

  // What there is when the slice is used up is better than nothing.
  const result = await ticket.agent(
    { name: 'restless researcher', slice: '25%', onStop: (stop) => `stopped after ${findings.length} findings: ${stop.code}` },
    async () => {
      for (;;) findings.push(await ask('And what else?'));
    },
  );
  console.log(`restless researcher: ${result}`);

  try {
    await ask('x'.repeat(100_000));
  } catch (error) {
    console.log(`a question too long: ${BudgetExceededError.find(error)?.stop.reason}`);
  }
});
await costspan.shutdown();
