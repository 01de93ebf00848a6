import type { MessageParam, Tool } from '@anthropic-ai/sdk/resources/messages';
import { claude } from './clients.ts';
import { costspan } from './costspan.ts';
import type { Claim } from './inbox.ts';
import { findArticles } from './knowledge-base.ts';
import { tell } from './progress.ts';
import { leaveFor } from './queue.ts';
import { findRepairPrices, payOut } from './tools.ts';

/** Assesses a claim: pays it, or hands it to a reviewer when it is over the limit. */
export async function handleClaim(claim: Claim): Promise<void> {
  const { id } = claim;
  await costspan.workItem.run({ type: 'claim', id, dimensions: { team: 'claims' } }, async (item) => {
    const policy = await findArticles(claim.description);
    const result = await assess(claim, policy);
    if (result.kind === 'person') {
      const { token } = await item.handoff({ role: 'claims-reviewer', reason: result.reason });
      leaveFor({ kind: 'review', type: 'claim', id, token });
      return tell(id, 'waits for a person');
    }
    const outcome = claim.withdrawn ? 'withdrawn' : 'processed';
    item.outcome(outcome);
    tell(id, outcome);
  });
}

type Assessment = { readonly kind: 'assessed' } | { readonly kind: 'person'; readonly reason: string };

/** Lets a model assess a claim, with tools, in at most six turns. */
async function assess(claim: Claim, policy: string): Promise<Assessment> {
  const messages: MessageParam[] = [
    { role: 'user', content: `Claim ${claim.id} over ${claim.amount}: ${claim.description}\n${policy}` },
  ];
  for (let turn = 0; turn < turnsMax; turn += 1) {
    const message = await claude.messages.create({ model: 'claude-sonnet-5', max_tokens: 2_048, system, tools, messages });
    const calls = message.content.filter((block) => block.type === 'tool_use');
    if (calls.length === 0) return { kind: 'assessed' };
    messages.push({ role: 'assistant', content: message.content });
    for (const call of calls) {
      const { reason = '', part = '' } = call.input as Readonly<Record<string, string>>;
      if (call.name === 'ask_a_person') return { kind: 'person', reason };
      const content = await useTool(claim, call.name, part);
      messages.push({ role: 'user', content: [{ type: 'tool_result', tool_use_id: call.id, content }] });
    }
  }
  return { kind: 'person', reason: `No decision after ${turnsMax} turns.` };
}

const turnsMax = 6;

function useTool(claim: Claim, name: string, part: string): Promise<string> {
  return name === 'pay_out' ? payOut(claim.id, claim.amount) : findRepairPrices(claim.id, part);
}

/** The policy text is the same for every claim, so it is cached at the provider: written once, read at a tenth of the price. */
const system = [
  {
    type: 'text' as const,
    text: 'You assess insurance claims. Over 1,000 you ask a person. The whole policy: ...',
    cache_control: { type: 'ephemeral' as const },
  },
];

const tool = (name: string, description: string, parameter: string): Tool => ({
  name,
  description,
  input_schema: { type: 'object', properties: { [parameter]: { type: 'string' } }, required: [parameter] },
});

const tools: Tool[] = [
  tool('find_repair_prices', 'Looks up what a repair usually costs.', 'part'),
  tool('pay_out', 'Pays the claim.', 'amount'),
  tool('ask_a_person', 'Hands the claim to a reviewer.', 'reason'),
];
