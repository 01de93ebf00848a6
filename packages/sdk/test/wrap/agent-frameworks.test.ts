import { startFakeOpenAi } from '@costspan/testkit';
import { Agent, tool as agentTool, OpenAIProvider, Runner, setTracingDisabled } from '@openai/agents';
import { tool as aiTool } from 'ai';
import OpenAI from 'openai';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { measure, pick } from '../support/measure.ts';

const told = ['gen_ai.tool.name', 'costspan.sku', 'costspan.work_item.id', 'error.type', 'costspan.attempt.billable'] as const;

test('a tool of the OpenAI Agents SDK that is called by a model is metered, and one that fails is told to the model as ever', async () => {
  setTracingDisabled(true);
  await using server = await startFakeOpenAi({
    script: [
      {
        reply: {
          toolCalls: [
            { name: 'refund', arguments: { charge: 'ch_1' } },
            { name: 'refund', arguments: { charge: '' } },
          ],
        },
      },
      { reply: { text: 'One is refunded.' } },
    ],
  });
  const { costspan, ofRole } = measure();
  const refund = costspan.tool(
    'stripe.refund',
    async ({ charge }: { charge: string }) => {
      if (charge === '') throw Object.assign(new Error('no charge'), { code: 'charge_missing' });
      return `${charge} refunded`;
    },
    { sku: 'stripe/refund' },
  );
  const agent = new Agent({
    name: 'refunds',
    tools: [
      agentTool({ name: 'refund', description: 'Refunds.', parameters: z.object({ charge: z.string() }), execute: refund }),
    ],
  });
  const openAIClient = costspan.meter(new OpenAI({ apiKey: 'none', baseURL: `${server.url}/v1` }));
  const runner = new Runner({ modelProvider: new OpenAIProvider({ openAIClient }) });
  const result = await costspan.workItem.run({ type: 'ticket', id: 'T-1' }, () => runner.run(agent, 'Refund ch_1, please.'));
  expect(result.finalOutput).toBe('One is refunded.');
  const tools = await ofRole('tool');
  expect(tools.map((span) => pick(span, ...told))).toEqual([
    { 'gen_ai.tool.name': 'stripe.refund', 'costspan.sku': 'stripe/refund', 'costspan.work_item.id': 'T-1' },
    {
      'gen_ai.tool.name': 'stripe.refund',
      'costspan.sku': 'stripe/refund',
      'costspan.work_item.id': 'T-1',
      'error.type': 'charge_missing',
      'costspan.attempt.billable': 'possible',
    },
  ]);
  expect(await ofRole('call')).toHaveLength(2);
});

test('a tool of the AI SDK is metered where it executes', async () => {
  const { costspan, ofRole } = measure();
  const lookup = aiTool({
    description: 'Looks up an order.',
    inputSchema: z.object({ order: z.string() }),
    execute: costspan.tool('shop.lookup', async ({ order }: { order: string }) => ({ order, state: 'sent' }), {
      sku: 'shop/lookup',
    }),
  });
  expect(await lookup.execute?.({ order: 'o-1' }, { toolCallId: 'c-1', messages: [], context: undefined as never })).toEqual({
    order: 'o-1',
    state: 'sent',
  });
  expect((await ofRole('tool')).map((span) => pick(span, ...told))).toEqual([
    { 'gen_ai.tool.name': 'shop.lookup', 'costspan.sku': 'shop/lookup' },
  ]);
});
