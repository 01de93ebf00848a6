import fc from 'fast-check';
import { expect, test } from 'vitest';
import { contributionsOf, entryOf, factOfEntry, receivedContributions } from '../src/index.ts';
import { anyTrace } from './support/random-facts.ts';
import { decide } from './support/show.ts';

test('an entry goes to another ledger and is the same entry there', () => {
  fc.assert(
    fc.property(anyTrace, (facts) => {
      for (const { entry } of decide(facts).spans) {
        const { fact, decision } = factOfEntry(entry);
        expect(entryOf(fact, decision, 'USD')).toEqual(entry);
      }
    }),
  );
});

test('entries and sightings of a trace contribute elsewhere what the trace contributes here', () => {
  fc.assert(
    fc.property(anyTrace, (facts) => {
      const decision = decide(facts);
      const entries = decision.spans.map(({ entry }) => entry);
      expect(receivedContributions(entries.reverse(), [...decision.sightings].reverse())).toEqual(contributionsOf(decision));
    }),
  );
});
