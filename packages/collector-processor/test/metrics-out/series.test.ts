import { expect, test } from 'vitest';
import { boundSeries } from '../../src/metrics-out/series.ts';

const add = (one: number, other: number): number => one + other;
const of = (agent: string, value: number) => ({ labels: { category: 'llm', agent }, value });

test('further series share one, and nothing is left out', () => {
  const bound = boundSeries(2, ['agent']);
  expect(bound([of('a', 1), of('b', 2), of('c', 3), of('d', 4)], add)).toEqual([of('a', 1), of('b', 2), of('(others)', 7)]);
});

test('a series that was shown keeps its name, also when another comes first', () => {
  const bound = boundSeries(1, ['agent']);
  expect(bound([of('a', 1)], add)).toEqual([of('a', 1)]);
  expect(bound([of('b', 5), of('a', 2)], add)).toEqual([of('(others)', 5), of('a', 2)]);
});

test('labels that nobody chooses stay apart beyond the bound', () => {
  const bound = boundSeries(0, ['agent']);
  const tool = { labels: { category: 'tool', agent: 'a' }, value: 2 };
  expect(bound([of('a', 1), tool], add)).toEqual([
    of('(others)', 1),
    { labels: { category: 'tool', agent: '(others)' }, value: 2 },
  ]);
});
