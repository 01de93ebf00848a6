import { readFileSync } from 'node:fs';
import type { PriceBook } from '@costspan/pricing';
import { expect, test } from 'vitest';
import { packLimits, unpackLimits } from '../../src/catalog/packed-limits.ts';

const published: PriceBook = JSON.parse(readFileSync(new URL('../../catalog/model-limits.json', import.meta.url), 'utf8'));

test('what is packed comes back, in whatever order', () => {
  const { limits = [], ...head } = unpackLimits(JSON.parse(JSON.stringify(packLimits(published))));
  const { limits: before = [], ...headBefore } = published;
  const sorted = (list: typeof limits): readonly string[] => list.map((limit) => JSON.stringify(limit, keys)).sort();
  expect(head).toEqual(headBefore);
  expect(sorted(limits)).toEqual(sorted(before));
  expect(limits.length).toBeGreaterThan(2_000);
});

const keys = [
  'provider',
  'match',
  'exact',
  'prefix',
  'pattern',
  'output_tokens_max',
  'input_tokens_max',
  'source',
  'url',
  'retrieved_at',
  'note',
];

test('refuses what it cannot hold', () => {
  const [first] = published.limits ?? [];
  if (first === undefined) throw new Error('no limits');
  const pack = (more: object) => () => packLimits({ ...published, limits: [{ ...first, ...more }] });
  expect(pack({ valid_from: '2026-01-01' })).toThrow('cannot hold valid_from');
  expect(pack({ note: 'n' })).toThrow('cannot hold note');
});
