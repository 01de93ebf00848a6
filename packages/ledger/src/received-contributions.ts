import type { Contribution } from './contribution.ts';
import type { DecidedEntry } from './decision.ts';
import { itemText } from './item-text.ts';
import { mergeSightings, type Sighting } from './sighting.ts';
import { tallyOf } from './tally.ts';

/**
 * What one trace contributes to each item it belongs to, from entries and sightings that another ledger decided: the same as
 * `contributionsOf` says there once everything has arrived. Sorted by item.
 */
export function receivedContributions(live: Iterable<DecidedEntry>, said: Iterable<Sighting>): readonly Contribution[] {
  const items = new Map<string, { sighting: Sighting; readonly entries: DecidedEntry[] }>();
  const see = (sighting: Sighting, entry?: DecidedEntry): void => {
    const key = itemText(sighting.item);
    const seen = items.get(key);
    if (seen === undefined) items.set(key, { sighting, entries: entry === undefined ? [] : [entry] });
    else {
      seen.sighting = mergeSightings(seen.sighting, sighting);
      if (entry !== undefined) seen.entries.push(entry);
    }
  };
  for (const sighting of said) see(sighting);
  for (const entry of live) if (entry.item !== undefined) see(sightingBy(entry, entry.item), entry);
  return [...items]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([, { sighting, entries }]) => ({ sighting, tally: tallyOf(entries) }));
}

/** What an entry says about its item by itself. */
function sightingBy(entry: DecidedEntry, item: Sighting['item']): Sighting {
  const { usageAtNs: atNs, endNs, traceId, spanId, dimensions } = entry;
  return {
    item,
    firstNs: atNs,
    lastNs: endNs,
    dimensions: Object.fromEntries(Object.entries(dimensions).map(([key, value]) => [key, { value, atNs, traceId, spanId }])),
  };
}
