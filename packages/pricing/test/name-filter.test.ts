import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addToFilter, createNameFilter, mayHold } from '../src/name-filter.ts';

test('never denies a name it was given', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 300 }), { maxLength: 50 }), (names) => {
      const filter = createNameFilter();
      for (const name of names) addToFilter(filter, name);
      expect(names.filter((name) => !mayHold(filter, name))).toEqual([]);
    }),
  );
});

test('denies most others', () => {
  const filter = createNameFilter();
  for (const name of ['gpt-4o', 'gpt-5', 'claude-sonnet-5', '']) addToFilter(filter, name);
  const invented = Array.from({ length: 1_000 }, (_, number) => `unknown.model-${number}`);
  expect(invented.filter((name) => mayHold(filter, name)).length).toBeLessThan(10);
});
