import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addContributions,
  type Contribution,
  canonicalText,
  contributionsOf,
  contributionText,
  parseContribution,
  replaceContribution,
  type SpanFact,
} from '../src/index.ts';
import { facts } from './support/facts.ts';
import { anyTrace } from './support/random-facts.ts';
import { decide } from './support/show.ts';

const of = (trace: Iterable<SpanFact>): readonly Contribution[] => contributionsOf(decide(trace));
const only = (table: string): Contribution => {
  const [contribution] = of(facts(table));
  if (contribution === undefined) throw new Error('the trace contributes to nothing');
  return contribution;
};

test('text of a contribution reads back as the same contribution, whatever a sender called its units', () => {
  fc.assert(
    fc.property(anyTrace, (trace) => {
      for (const contribution of of(trace)) {
        expect(canonicalText(parseContribution(contributionText(contribution)))).toBe(canonicalText(contribution));
      }
    }),
  );
  const odd = only('span | item | cost | usage\n a | ticket T-1 | 1 | atNs=5 totalPico=6');
  expect(parseContribution(contributionText(odd)).tally.usage).toEqual({ atNs: '5', totalPico: '6' });
});

describe('when a part of a sum changes', () => {
  test('the new sum is that of all parts, or it says that it cannot know', () => {
    fc.assert(
      fc.property(anyTrace, anyTrace, anyTrace, (other, before, after) => {
        for (const unchanged of of(other)) {
          const was = find(of(before), unchanged);
          const is = find(of(after), unchanged);
          if (was === undefined || is === undefined) continue;
          const replaced = replaceContribution(addContributions(unchanged, was), { before: was, after: is });
          if (replaced !== undefined) expect(canonicalText(replaced)).toBe(canonicalText(addContributions(unchanged, is)));
        }
      }),
    );
  });

  test.each([
    ['an outcome is gone', 'span | item | outcome\n a | ticket T-1 | resolved', 'span | item\n a | ticket T-1'],
    ['a dimension is gone', 'span | item | dimensions\n a | ticket T-1 | team=a', 'span | item\n a | ticket T-1'],
    ['it begins later', 'span | item | start\n a | ticket T-1 | 1', 'span | item | start | end\n a | ticket T-1 | 2 | 2'],
  ])('it cannot know when %s', (_name, before, after) => {
    const [was, is] = [only(before), only(after)];
    expect(replaceContribution(was, { before: was, after: is })).toBeUndefined();
  });

  test('it knows when the trace only grew', () => {
    const was = only('span | item | cost\n a | ticket T-1 | 1');
    const is = only('span | item | cost\n a | ticket T-1 | 1\n b | ticket T-1 | 2');
    expect(replaceContribution(was, { before: was, after: is })).toEqual(is);
  });
});

function find(contributions: readonly Contribution[], { sighting: { item } }: Contribution): Contribution | undefined {
  return contributions.find(({ sighting }) => canonicalText(sighting.item) === canonicalText(item));
}
