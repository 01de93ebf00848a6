import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createJsonPruner } from '../../../src/fetch/body/json-pruner.ts';
import type { Pick } from '../../../src/fetch/body/pick.ts';
import { capturedBytesMax, listItemsMax } from '../../../src/limits.ts';
import { pieces } from '../../support/pieces.ts';

const prune = (pick: Pick, text: string, cuts: readonly number[] = []): unknown => {
  const pruner = createJsonPruner(pick);
  for (const piece of pieces(Buffer.from(text), cuts)) pruner.feed(piece);
  return pruner.take();
};

/** What a pruner must keep, told the slow way. */
const expected = (pick: Pick, value: unknown): unknown => {
  if (pick === true) return value;
  if (Array.isArray(value)) {
    const child = pick['*'];
    return child === undefined
      ? []
      : value.filter((item) => child === true || isContainer(item)).map((item) => expected(child, item));
  }
  const kept = Object.entries(value as object).filter(([key, item]) => {
    const child = Object.hasOwn(pick, key) ? pick[key] : undefined;
    return child === true || (child !== undefined && isContainer(item));
  });
  return Object.fromEntries(kept.map(([key, item]) => [key, expected(pick[key] ?? true, item)]));
};

const isContainer = (value: unknown): boolean => typeof value === 'object' && value !== null;

const pick: Pick = {
  id: true,
  usage: true,
  'a"\\b': true,
  choices: { '*': { reason: true } },
  nested: { deep: { usage: true } },
};
const keys = fc.constantFrom('id', 'usage', 'a"\\b', 'choices', 'nested', 'deep', 'reason', 'other', '', 'ü', '\\');
const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.string({ unit: 'binary' }),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.boolean(),
    fc.constant(null),
    tie('list'),
    tie('object'),
  ),
  list: fc.array(tie('value'), { maxLength: 4 }),
  object: fc.dictionary(keys, tie('value'), { maxKeys: 6, noNullPrototype: true }),
}));

describe('whatever the JSON and however it is cut into pieces', () => {
  test('keeps exactly what was asked for', () => {
    fc.assert(
      fc.property(
        json.object,
        fc.array(fc.nat(400), { maxLength: 12 }),
        fc.constantFrom(undefined, 2, '\t'),
        (value, cuts, indent) => {
          const text = JSON.stringify(value, undefined, indent);
          expect(prune(pick, text, cuts)).toEqual(expected(pick, JSON.parse(text)));
        },
      ),
      { numRuns: 2_000 },
    );
  });

  test('takes any bytes without failing', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.array(fc.nat(200), { maxLength: 5 }), (bytes, cuts) => {
        const pruner = createJsonPruner(pick);
        for (const piece of pieces(bytes, cuts)) pruner.feed(piece);
        pruner.take();
        pruner.feed(Buffer.from('{"id":1}'));
        expect(pruner.take()).toEqual({ id: 1 });
      }),
    );
  });
});

test.each<[string, Pick, string, unknown]>([
  ['a whole value', true, '{"a":[1,2]}', { a: [1, 2] }],
  ['a number at the end', true, '12', 12],
  ['nothing', { id: true }, '', undefined],
  ['the first value only', { id: true }, '{"id":1}{"id":2}', { id: 1 }],
  ['a key spelled with escapes', { id: true }, '{"\\u0069d":7}', { id: 7 }],
  ['a list in place of an object', { id: true }, '[DONE]', []],
  ['null', { usage: true }, '{"usage":null}', { usage: null }],
  ['a wanted name inside of a text', { usage: true }, '{"text":"\\"usage\\":{\\"a\\":1}","usage":{"a":2}}', { usage: { a: 2 } }],
  ['a wanted name at another depth', { usage: true }, '{"other":{"usage":1},"usage":2}', { usage: 2 }],
  ['a text that ends in backslashes', { id: true }, '{"text":"\\\\","id":"\\\\\\"x"}', { id: '\\"x' }],
])('keeps %s', (_, wanted, text, kept) => {
  expect(prune(wanted, text)).toEqual(kept);
  expect(
    prune(
      wanted,
      text,
      Array.from(text, (__, at) => at),
    ),
  ).toEqual(kept);
});

test('gives up a value beyond its limit and keeps the others', () => {
  const long = 'x'.repeat(capturedBytesMax);
  expect(prune({ id: true, usage: true }, `{"id":"${long}","usage":1}`)).toEqual({ usage: 1 });
});

test('stops reading the elements of a list at its limit', () => {
  const list = Array.from({ length: listItemsMax + 5 }, (_, at) => at);
  expect(prune({ list: { '*': true } }, JSON.stringify({ list }))).toEqual({ list: list.slice(0, listItemsMax) });
});
