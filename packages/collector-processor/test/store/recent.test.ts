import { expect, test } from 'vitest';
import { keepRecent } from '../../src/store/recent.ts';

test('what was used since it aged last is kept, however much it is', () => {
  const recent = keepRecent<string, number>(2);
  for (const [index, key] of ['a', 'b', 'c', 'd'].entries()) recent.set(key, index);
  expect(['a', 'b', 'c', 'd'].map(recent.get)).toEqual([0, 1, 2, 3]);
});

test('what was not used between two turns is forgotten, and what was is not', () => {
  const recent = keepRecent<string, number>(1);
  recent.set('used', 1);
  recent.set('left', 2);
  recent.age();
  recent.get('used');
  recent.set('new', 3);
  recent.age();
  expect(['used', 'left', 'new'].map(recent.get)).toEqual([1, undefined, 3]);
});

test('nothing is forgotten below the bound, in weights', () => {
  const recent = keepRecent<string, number>(10, (value) => value);
  recent.set('a', 4);
  recent.age();
  recent.set('b', 6);
  recent.age();
  recent.age();
  expect([recent.get('a'), recent.get('b')]).toEqual([4, 6]);
});

test('what is deleted or cleared is gone', () => {
  const recent = keepRecent<string, number>(1);
  recent.set('a', 1);
  recent.set('b', 2);
  recent.age();
  recent.delete('a');
  expect([recent.get('a'), recent.get('b')]).toEqual([undefined, 2]);
  recent.clear();
  expect(recent.get('b')).toBeUndefined();
});
