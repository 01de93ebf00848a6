import { type FakeReply, type FakeRequest, type FakeScript, type FakeStep, scriptByMarker } from '@costspan/testkit';
import { itemNumber } from './item-of.ts';
import { answerUsage, plainUsage, triageUsage } from './usage.ts';

const answeringModel = 'gpt-5';

const asksFor = (item: string, name: string, args: Readonly<Record<string, unknown>>): FakeStep => ({
  reply: { toolCalls: [{ name, arguments: args }], usage: answerUsage(itemNumber(item)) },
});

/** What happens to single tickets, before they are answered like all others. */
const special = scriptByMarker(
  Object.entries({
    'T-104': [{ status: 429, retryAfterMs: 40, message: 'Rate limit reached for gpt-5.' }],
    'T-105': [{ hang: 'before-headers' }],
    'T-106': [
      asksFor('T-106', 'refund', { order: 'A-9106' }),
      asksFor('T-106', 'send_sms', { text: 'Your refund is on its way.' }),
    ],
    'T-107': [
      asksFor('T-107', 'refund', { order: 'A-9107' }),
      asksFor('T-107', 'ask_a_person', { reason: 'The refund was declined.' }),
    ],
    'T-109': [asksFor('T-109', 'ask_a_person', { reason: 'The customer threatens to sue.' })],
    'T-110': [asksFor('T-110', 'ask_the_customer', { question: 'Which order is it?' })],
    'T-112': [asksFor('T-112', 'track_parcel', { order: 'A-9112' })],
  } satisfies Record<string, readonly FakeStep[]>).map(([marker, steps]) => ({ marker, model: answeringModel, steps })),
);

/** How the stand-in for OpenAI behaves during the demo. What it answers depends on the item alone, never on order or time. */
export const openAiScript: FakeScript = (request) => {
  return special(request) ?? { reply: ordinaryReply(request) };
};

function ordinaryReply(request: FakeRequest): FakeReply {
  const item = itemNumber(request.text);
  if (request.path.endsWith('/embeddings')) return {};
  if (request.model.startsWith('gpt-5-mini')) return { text: 'delivery', usage: triageUsage(item) };
  const text = 'Thank you for writing to us. This is what we can do for you.';
  return { text, usage: request.model === answeringModel ? answerUsage(item) : plainUsage(item) };
}
