import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lettersOf, matchesPattern } from '../src/name-pattern.ts';
import { createPatternIndex, matchingPatterns } from '../src/pattern-index.ts';

const character = fc.constantFrom('a', 'b', 'c', '-', '7');
const names = fc.array(character, { maxLength: 14 }).map((parts) => parts.join(''));
const patterns = fc.array(
  fc.oneof({ weight: 4, arbitrary: character }, { weight: 1, arbitrary: fc.constantFrom('*', '?', '#') }),
  { maxLength: 10 },
);

test('finds the very patterns that match, each once', () => {
  const lists = fc.uniqueArray(
    patterns.map((parts) => parts.join('')),
    { maxLength: 30 },
  );
  fc.assert(
    fc.property(lists, names, (list, name) => {
      const index = createPatternIndex(list.map((pattern) => [pattern, pattern]));
      expect([...matchingPatterns(index, name, lettersOf(name))].sort()).toEqual(
        list.filter((pattern) => matchesPattern(pattern, name)).sort(),
      );
    }),
    { numRuns: 2_000 },
  );
});

test('finds patterns in any script', () => {
  const index = createPatternIndex([
    ['*模型三*', 1],
    ['*\u{1f600}\u{1f601}*', 2],
  ]);
  const find = (name: string) => matchingPatterns(index, name, lettersOf(name));
  expect(find('大模型三号')).toEqual([1]);
  expect(find('x\u{1f600}\u{1f601}')).toEqual([2]);
});
