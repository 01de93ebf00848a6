import {
  type CostRecord,
  type DecidedEntry,
  decideTrace,
  rollUp,
  type Sighting,
  type SpanFact,
  tallyOf,
} from '../../src/index.ts';
import { mergeSightings } from '../../src/sighting.ts';
import { entryIdOf } from './facts.ts';
import { withEntries } from './with-entries.ts';

/** What a ledger has to say about facts, worked out from all of them at once, trace by trace and entry by entry. */
export function expectedLedger(facts: readonly SpanFact[]): {
  readonly entries: readonly DecidedEntry[];
  readonly records: readonly Omit<CostRecord, 'emitter' | 'revision'>[];
} {
  const entries: DecidedEntry[] = [];
  const sightings = new Map<string, Sighting>();
  for (const trace of Map.groupBy(facts, ({ tenant, traceId }) => JSON.stringify([tenant, traceId])).values()) {
    const decision = decideTrace(trace, { currency: 'USD', entryIdOf });
    for (const span of withEntries(decision).spans) entries.push(span.entry);
    for (const sighting of decision.sightings) {
      const key = JSON.stringify(sighting.item);
      const other = sightings.get(key);
      sightings.set(key, other === undefined ? sighting : mergeSightings(other, sighting));
    }
  }
  const records = [...sightings.values()].map((sighting) => {
    const own = entries.filter(({ item }) => item !== undefined && sameItem(item, sighting.item));
    const options = { currency: 'USD', state: 'open', emitter: '', revision: 0n } as const;
    const { emitter: _emitter, revision: _revision, ...cost } = rollUp({ tally: tallyOf(own), sighting }, options);
    return cost;
  });
  return {
    entries: entries.sort((one, other) => compare(one.id, other.id)),
    records: records.sort((one, other) => compare(itemText(one.item), itemText(other.item))),
  };
}

function sameItem(one: CostRecord['item'], other: CostRecord['item']): boolean {
  return itemText(one) === itemText(other);
}

function itemText({ tenant, type, id }: CostRecord['item']): string {
  return JSON.stringify([tenant, type, id]);
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
