import type { Delivery } from '../delivery.ts';

/** What became of a part of a request, and how many items it has. */
export type PartOutcome = { readonly delivery: Delivery; readonly itemCount: number };

/**
 * One delivery for a request that went out in parts. A retryable part makes all of it retryable. Parts that were refused
 * for good, and items that were never sent, are a partial success, unless nothing was taken at all.
 */
export function mergeDeliveries(
  outcomes: readonly PartOutcome[],
  unsent: { readonly count: number; readonly message: string },
): Delivery {
  const retryable = outcomes.find(({ delivery }) => delivery.kind === 'retryable');
  if (retryable !== undefined) return retryable.delivery;
  const refused = outcomes.flatMap(({ delivery }) => (delivery.kind === 'rejected' ? [delivery] : []));
  if (outcomes.length > 0 && refused.length === outcomes.length && refused[0] !== undefined) return refused[0];
  if (outcomes.length === 0 && unsent.count > 0) return { kind: 'rejected', reason: 'too-large', message: unsent.message };

  let rejectedCount = unsent.count;
  const messages = new Set(unsent.count > 0 ? [unsent.message] : []);
  for (const { delivery, itemCount } of outcomes) {
    if (delivery.kind === 'rejected') {
      rejectedCount += itemCount;
      messages.add(delivery.message);
    } else if (delivery.kind === 'accepted' && delivery.partial !== undefined) {
      rejectedCount += delivery.partial.rejectedCount;
      messages.add(delivery.partial.message);
    }
  }
  return messages.size === 0
    ? { kind: 'accepted' }
    : { kind: 'accepted', partial: { rejectedCount, message: [...messages].join('; ') } };
}
