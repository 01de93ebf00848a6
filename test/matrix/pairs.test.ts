import { expect, test } from 'vitest';
import { clients, moduleSystems, nodes, otels } from './cell-type.ts';
import { combinationsOf, pairsIn, pairwise } from './pairs.ts';

const dimensions = { client: Object.keys(clients), node: nodes, otel: otels, modules: moduleSystems };

test('combines every value with every other', () => {
  expect(combinationsOf({ a: ['1', '2'], b: ['x', 'y'] })).toEqual([
    { a: '1', b: 'x' },
    { a: '1', b: 'y' },
    { a: '2', b: 'x' },
    { a: '2', b: 'y' },
  ]);
  expect(combinationsOf(dimensions)).toHaveLength(9 * 3 * 2 * 2);
});

test('pairwise holds every pair, in no more combinations than the two largest dimensions need', () => {
  const chosen = pairwise(dimensions);
  const every = new Set(combinationsOf(dimensions).flatMap(pairsIn));
  expect(new Set(chosen.flatMap(pairsIn))).toEqual(every);
  expect(chosen).toHaveLength(27);
});
