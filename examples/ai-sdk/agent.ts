import { createOpenAI } from '@ai-sdk/openai';
import type { Costspan } from '@costspan/sdk';
import { embed, generateText, isStepCount, jsonSchema, streamText, tool } from 'ai';

/** Where the models are. */
export type Models = { readonly baseURL: string; readonly apiKey: string };

/** An agent on the Vercel AI SDK that answers a ticket. All that is Costspan's is the one line with `fetch`. */
export const createAgent = (costspan: Costspan, models: Models): ((ticket: string, question: string) => Promise<string>) => {
  const openai = createOpenAI({ ...models, fetch: costspan.fetch({ spans: 'annotate', provider: 'openai' }) });
  const parcel = tool({
    description: 'Where a parcel is',
    inputSchema: jsonSchema<{ number: string }>({ type: 'object', properties: { number: { type: 'string' } } }),
    execute: costspan.tool('parcel', async ({ number }: { number: string }) => `${number} is in Rotterdam`, {
      cost: { amount: '0.002', currency: 'USD' },
    }),
  });
  return (ticket, question) =>
    costspan.workItem.run({ type: 'ticket', id: ticket }, async (item) => {
      await embed({ model: openai.embedding('text-embedding-3-small'), value: question });
      const { text } = await generateText({
        model: openai('gpt-5'),
        prompt: question,
        tools: { parcel },
        stopWhen: isStepCount(3),
      });
      const polite = streamText({ model: openai.chat('gpt-5-mini'), prompt: `Say it politely: ${text}` });
      const answer = await polite.text;
      item.outcome('resolved');
      return answer;
    });
};
