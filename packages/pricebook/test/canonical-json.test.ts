import { canonicalJson } from '@costspan/pricebook';
import { expect, test } from 'vitest';

test('orders the keys of every object, keeps lists, leaves undefined out', () => {
  expect(canonicalJson({ b: [2, 1, { d: null, c: 'x' }], a: undefined, A: true })).toBe(
    '{"A":true,"b":[2,1,{"c":"x","d":null}]}',
  );
});
