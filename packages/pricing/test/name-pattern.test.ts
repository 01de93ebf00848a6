import fc from 'fast-check';
import { expect, test } from 'vitest';
import { matchesPattern, patternWeight, patternWitness } from '../src/name-pattern.ts';

test.each([
  ['*', '', true],
  ['*', 'anything/at:all', true],
  ['gpt-4o', 'gpt-4o', true],
  ['gpt-4o', 'gpt-4o-mini', false],
  ['gpt-5.6-luna-####-##-##', 'gpt-5.6-luna-2026-08-21', true],
  ['gpt-5.6-luna-####-##-##', 'gpt-5.6-luna-2026-08-2x', false],
  ['gpt-5.6-luna-####-##-##', 'gpt-5x6-luna-2026-08-21', false],
  ['*sonnet*', 'us.anthropic.claude-sonnet-5-v1:0', true],
  ['claude-?-opus', 'claude-4-opus', true],
  ['claude-?-opus', 'claude--opus', false],
  ['a*b*c', 'axxbxxbc', true],
  ['a*b*c', 'axxbxxb', false],
  ['', '', true],
  ['', 'a', false],
])('%j on %j: %s', (pattern, name, matches) => {
  expect(matchesPattern(pattern, name)).toBe(matches);
});

const alphabet = fc.constantFrom('a', 'b', '.', '[', '*', '?', '#', '7');

test('means what the regular expression would', () => {
  const texts = fc.array(alphabet, { maxLength: 10 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(texts, texts, (pattern, name) => {
      const source = [...pattern]
        .map((one) => ({ '*': '.*', '?': '.', '#': '\\d' })[one] ?? one.replace(/[.[]/, '\\$&'))
        .join('');
      expect(matchesPattern(pattern, name)).toBe(new RegExp(`^(?:${source})$`, 's').test(name));
    }),
    { numRuns: 2_000 },
  );
});

test('a pattern matches its own witness', () => {
  const patterns = fc.array(alphabet, { maxLength: 12 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(patterns, (pattern) => {
      expect(matchesPattern(pattern, patternWitness(pattern))).toBe(true);
    }),
  );
});

test('many stars on a long name that does not match are no catastrophe', () => {
  // A backtracking matcher would not come back before the time limit of the test, let alone a thousand times.
  const pattern = `${'*a'.repeat(127)}*b`;
  for (let round = 0; round < 1_000; round += 1) expect(matchesPattern(pattern, 'a'.repeat(256))).toBe(false);
});

test('weight counts what is not a star', () => {
  expect(['*', '*a*', 'a?#', 'ab'].map(patternWeight)).toEqual([0, 1, 3, 2]);
});
