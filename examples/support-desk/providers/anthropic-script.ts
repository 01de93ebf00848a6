import { type FakeScript, type FakeStep, type FakeUsage, scriptByMarker } from '@costspan/testkit';
import { itemNumber } from './item-of.ts';
import { cacheReadUsage, cacheWriteUsage } from './usage.ts';

const asksFor = (usage: FakeUsage, name: string, args: Readonly<Record<string, unknown>>): FakeStep => ({
  reply: { toolCalls: [{ name, arguments: args }], usage },
});
const reads = (item: string): FakeUsage => cacheReadUsage(itemNumber(item));

/** What happens to single claims. The first one writes the policy text into the prompt cache, which the others read. */
const special = scriptByMarker(
  Object.entries({
    'C-201': [
      asksFor(cacheWriteUsage(201), 'find_repair_prices', { part: 'windscreen' }),
      asksFor(reads('C-201'), 'pay_out', { amount: 180 }),
    ],
    'C-202': [asksFor(reads('C-202'), 'pay_out', { amount: 95 })],
    'C-203': [asksFor(reads('C-203'), 'ask_a_person', { reason: 'Over 1,000.' })],
    'C-204': [{ status: 529, retryAfterMs: 40, message: 'Overloaded' }, asksFor(reads('C-204'), 'pay_out', { amount: 120 })],
    'C-205': [asksFor(reads('C-205'), 'ask_a_person', { reason: 'Over 1,000.' })],
    'C-206': [
      asksFor(reads('C-206'), 'find_repair_prices', { part: 'suitcase wheel' }),
      asksFor(reads('C-206'), 'pay_out', { amount: 60 }),
    ],
    'C-207': [asksFor(reads('C-207'), 'ask_a_person', { reason: 'Over 1,000.' })],
  } satisfies Record<string, readonly FakeStep[]>).map(([marker, steps]) => ({ marker, steps })),
);

/** How the stand-in for Anthropic behaves during the demo. What it answers depends on the item alone, never on order or time. */
export const anthropicScript: FakeScript = (request) => {
  return special(request) ?? { reply: { text: 'The claim has been assessed.', usage: cacheReadUsage(itemNumber(request.text)) } };
};
