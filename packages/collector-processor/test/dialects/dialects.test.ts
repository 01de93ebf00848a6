import { expect, test } from 'vitest';
import { DIALECTS } from '../../src/dialects/dialects.ts';

test('identifiers are unique', () => {
  const ids = DIALECTS.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
});

test('every dialect can be recognised', () => {
  for (const { id, detect } of DIALECTS) {
    expect(detect.length, id).toBeGreaterThan(0);
    for (const signature of detect) expect(Object.keys(signature).length, id).toBeGreaterThan(0);
  }
});
