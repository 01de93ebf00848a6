// Another process, later: people finish their reviews, and a customer has answered.
import { costspan } from './costspan.ts';
import { replies, tickets } from './inbox.ts';
import { tell } from './progress.ts';
import { takeAll } from './queue.ts';
import { reviews } from './reviews.ts';
import { handleTicket } from './support-agent.ts';

for (const waiting of takeAll()) {
  if (waiting.kind === 'review') await finishReview(waiting.type, waiting.id, waiting.token);
  else await goOn(waiting.ticketId);
}
await costspan.shutdown();

async function finishReview(type: string, id: string, token: string): Promise<void> {
  const review = reviews[id];
  if (review === undefined) throw new Error(`reviews.ts: expected a review of ${id}, found none; add one`);
  const done = {
    ...(review.minutes === undefined ? {} : { touch: { minutes: review.minutes } }),
    decision: review.decision,
    idempotencyKey: `review-${id}`,
  };
  await costspan.handoff.complete(token, done);
  // The queue delivers this event twice. The person worked once, and once is what it costs.
  if (id === 'C-203') await costspan.handoff.complete(token, done);
  costspan.workItem.ref({ type, id }).outcome(review.outcome);
  tell(id, review.outcome);
}

/** The same ticket in another process and another trace: its cost goes on where it was. */
async function goOn(id: string): Promise<void> {
  const ticket = tickets.find((each) => each.id === id);
  if (ticket !== undefined) await handleTicket({ ...ticket, question: replies[id] ?? ticket.question });
}
