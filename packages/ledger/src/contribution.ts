import type { TraceDecision } from './decide-trace.ts';
import type { Booking } from './decision.ts';
import { itemText } from './item-text.ts';
import { mergeSightings, outranks, type Sighting } from './sighting.ts';
import { addTallies, subtractTallies, type Tally, tallyOf } from './tally.ts';

/** What something, a trace or all traces together, contributes to one work item. */
export type Contribution = { readonly tally: Tally; readonly sighting: Sighting };

/** What a decided trace contributes to each item it belongs to, sorted by item. */
export function contributionsOf({ spans, sightings }: TraceDecision): readonly Contribution[] {
  const [only] = sightings;
  if (only !== undefined && sightings.length === 1) {
    const bookings: Booking[] = [];
    for (const { booking } of spans) if (booking.item !== undefined) bookings.push(booking);
    return [{ sighting: only, tally: tallyOf(bookings) }];
  }
  const bookings = new Map<string, Booking[]>();
  for (const { booking } of spans) {
    if (booking.item === undefined) continue;
    const key = itemText(booking.item);
    const ofItem = bookings.get(key);
    if (ofItem === undefined) bookings.set(key, [booking]);
    else ofItem.push(booking);
  }
  return sightings.map((sighting) => ({ sighting, tally: tallyOf(bookings.get(itemText(sighting.item)) ?? []) }));
}

/** Sum of two contributions to one item. */
export function addContributions(left: Contribution, right: Contribution): Contribution {
  return { tally: addTallies(left.tally, right.tally), sighting: mergeSightings(left.sighting, right.sighting) };
}

/**
 * The sum after one of its parts changed from `before` to `after`, without looking at the other parts. undefined when that
 * cannot be known, because `before` may have held an outcome, a date or a dimension that `after` no longer has: then the
 * sum has to be made anew from all parts.
 */
export function replaceContribution(
  sum: Contribution,
  { before, after }: { readonly before: Contribution; readonly after: Contribution },
): Contribution | undefined {
  if (!outranks(after.sighting, before.sighting)) return undefined;
  return {
    tally: addTallies(subtractTallies(sum.tally, before.tally), after.tally),
    sighting: mergeSightings(sum.sighting, after.sighting),
  };
}
