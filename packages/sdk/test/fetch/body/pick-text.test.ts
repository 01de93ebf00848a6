import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createJsonPruner } from '../../../src/fetch/body/json-pruner.ts';
import type { Pick } from '../../../src/fetch/body/pick.ts';
import { pickText } from '../../../src/fetch/body/pick-text.ts';
import { listItemsMax } from '../../../src/limits.ts';

const pick: Pick = {
  id: true,
  'a"\\b': true,
  choices: { '*': { reason: true } },
  nested: { deep: { id: true } },
};

/** What a pruner keeps of the same bytes. */
const pruned = (text: string): unknown => {
  const pruner = createJsonPruner(pick);
  pruner.feed(Buffer.from(text));
  return pruner.take();
};

const keys = fc.constantFrom('id', 'a"\\b', 'choices', 'nested', 'deep', 'reason', 'other', '', 'ü', '\\', '__proto__');
const word = fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('"', '\\', '\\"', `${'long '.repeat(20)}"\\`, '{"id":1}'));
const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    word,
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.constantFrom(true, false, null),
    fc.array(tie('value'), { maxLength: 4 }),
    tie('object'),
  ),
  object: fc.dictionary(keys, tie('value'), { maxKeys: 6, noNullPrototype: true }),
}));

test('keeps what a pruner keeps, whatever the JSON and however it is spaced', () => {
  fc.assert(
    fc.property(json.object, fc.constantFrom(undefined, 2, '\t'), (value, space) => {
      const text = JSON.stringify(value, undefined, space);
      expect(pickText(text, pick)).toEqual(pruned(text));
    }),
    { numRuns: 300 },
  );
});

test.each<[string, Pick, unknown]>([
  ['{"id":"x","id":"y"}', { id: true }, { id: 'y' }],
  ['{"\\u0069d":"x"}', { id: true }, { id: 'x' }],
  [' {"nested" : {"id": 1} } ', { nested: true }, { nested: { id: 1 } }],
  ['{"id":{"deep":[1,{"a":"}"}]},"other":2}', { other: true }, { other: 2 }],
  ['[1,2]', { id: true }, []],
  ['"id"', { id: true }, undefined],
  ['', { id: true }, undefined],
])('of %s keeps %j as %j', (text, wanted, expected) => {
  expect(pickText(text, wanted)).toEqual(expected);
});

test.each([
  '{',
  '{"id',
  '{"id"',
  '{"id":',
  '{"id":"x',
  '{"id":nonsense}',
  '{"id":1 "model":2',
  '{"choices":[{"reason":',
  '{]',
  '{"a":1,}',
])('ends at the end of broken JSON: %s', (text) => {
  expect(() => pickText(text, pick)).not.toThrow();
});

test('reads no more of a list than its bound', () => {
  const found = pickText(`{"choices":[${'{"reason":1},'.repeat(listItemsMax)}{"reason":2}]}`, pick);
  expect((found as { choices: readonly unknown[] }).choices).toHaveLength(listItemsMax);
});
