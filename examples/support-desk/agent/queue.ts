import { appendFileSync, readFileSync } from 'node:fs';

/** Work that waits for somebody outside the agents' process. */
export type Waiting =
  | { readonly kind: 'review'; readonly type: 'ticket' | 'claim'; readonly id: string; readonly token: string }
  | { readonly kind: 'reply'; readonly ticketId: string };

// A file stands for the message queue a company has. Like most queues it delivers at least once: see review-desk.ts.
const { QUEUE_FILE: file = 'queue.jsonl' } = process.env;

/** Leaves work for another process. The token is all that a review needs: it names the item and cannot be forged. */
export function leaveFor(waiting: Waiting): void {
  appendFileSync(file, `${JSON.stringify(waiting)}\n`);
}

/** Everything that was left, in order. */
export function takeAll(): readonly Waiting[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}
