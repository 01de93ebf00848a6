import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hasRepeatedKey } from '../src/repeated-key.ts';

test.each([
  ['{"a":1,"a":2}', true],
  ['{"a":{"b":1,"b":1}}', true],
  ['[{"a":1},{"b":[],"c":{},"b" : 2}]', true],
  ['{"a":1,"\\u0061":2}', true],
  ['{"a":{"a":{"a":1}},"b":{"a":1}}', false],
  ['[{"a":1},{"a":1}]', false],
  ['{"a":"\\"a\\":{","b":"}\\\\"}', false],
  ['{"a":["a","a"],"b":"a"}', false],
])('%s: %s', (json, repeated) => {
  expect(hasRepeatedKey(json)).toBe(repeated);
});

test('no text that JSON.stringify writes repeats a key, and one key more does', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.string(), (value, key) => {
      const once = JSON.stringify({ ...value, [key]: 1 });
      expect(hasRepeatedKey(once)).toBe(false);
      expect(hasRepeatedKey(`${once.slice(0, -1)},${JSON.stringify(key)}:2}`)).toBe(true);
    }),
  );
});
