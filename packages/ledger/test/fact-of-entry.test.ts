import fc from 'fast-check';
import { expect, test } from 'vitest';
import { contributionsOf, decideTrace, entryOf, factOfEntry, receivedContributions } from '../src/index.ts';
import { anyTrace } from './support/random-facts.ts';
import { withEntries } from './support/with-entries.ts';

test('an entry goes to another ledger and is the same entry there', () => {
  fc.assert(
    fc.property(anyTrace, (facts) => {
      for (const { entry } of withEntries(decideTrace(facts, { currency: 'USD' })).spans) {
        const { fact, decision } = factOfEntry(entry);
        expect(entryOf(fact, decision, 'USD')).toEqual(entry);
      }
    }),
  );
});

test('entries and sightings of a trace contribute elsewhere what the trace contributes here', () => {
  fc.assert(
    fc.property(anyTrace, (facts) => {
      const decision = decideTrace(facts, { currency: 'USD' });
      const entries = withEntries(decision).spans.map(({ entry }) => entry);
      expect(receivedContributions(entries.reverse(), [...decision.sightings].reverse())).toEqual(contributionsOf(decision));
    }),
  );
});
