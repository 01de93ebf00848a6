// The reviewers' process, hours later: it has the tokens and the key, and nothing else of the agent's.
import { CostspanError, type HandoffCompletion, startCostspan } from '@costspan/sdk';

const costspan = startCostspan({ serviceName: 'review-desk' });
const [first = '', second = '', third = ''] = process.argv.slice(2);

const complete = async (token: string, completion: HandoffCompletion): Promise<string> => {
  const { item, charged } = await costspan.handoff.complete(token, completion);
  return `${item.id}: ${charged ? 'charged' : 'known already'}`;
};

const done = { touch: { minutes: 7.5 }, decision: 'approved', idempotencyKey: 'event-1' };
console.log(await complete(first, done));
// The queue delivers the event again.
console.log(await complete(first, done));
// Nobody has looked at the clock.
console.log(await complete(second, { decision: 'denied' }));

try {
  await costspan.handoff.complete(`${third.slice(0, -4)}AAAA`, done);
} catch (error) {
  if (CostspanError.isInstance(error)) console.log(error.message);
}
// A tool without the SDK finishes it by HTTP, and repeats itself because the answer was lost.
for (const _ of ['once', 'again']) {
  const response = await fetch(`${process.env['COSTSPAN_ENDPOINT'] ?? 'http://localhost:4318'}/v1/handoffs/complete`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token: third, touch: { minutes: '2' }, decision: 'approved' }),
  });
  const { repeated } = (await response.json()) as { readonly repeated: boolean };
  console.log(`C-3: ${repeated ? 'known already' : 'charged'}`);
}
await costspan.flush();
for (const id of ['C-1', 'C-2', 'C-3']) {
  const cost = await costspan.workItem.ref({ type: 'claim', id }).cost();
  console.log(`${id}: ${cost?.total} ${cost?.currency}, from ${cost?.low} to ${cost?.high}`);
}
await costspan.shutdown();
