import { describe, expect, test } from 'vitest';
import { type CostCell, knownBy, reportGroups, sharesOf, sumsOfCell } from '../../src/index.ts';

const cell = (fields: Partial<CostCell>): CostCell => ({
  category: 'llm',
  status: 'priced',
  waste: false,
  entries: 1,
  amountPico: 5n,
  lowPico: 5n,
  highPico: 5n,
  ...fields,
});

describe('groups', () => {
  test('sum their cells, by value, those without one last', () => {
    const groups = reportGroups([
      cell({}),
      cell({ value: 'b', waste: true, amountPico: 7n }),
      cell({ value: 'a', category: 'human', status: 'estimated', lowPico: 0n, highPico: 9n }),
      cell({ value: 'b', status: 'unpriced', amountPico: 0n, lowPico: 0n, highPico: 0n, entries: 3 }),
    ]);
    expect(groups.map(({ value, sums }) => [value, sums.totalPico, sums.wastePico, sums.spans, sums.unpricedSpans])).toEqual([
      ['a', 5n, 0n, 1, 0],
      ['b', 7n, 7n, 4, 3],
      [undefined, 5n, 0n, 1, 0],
    ]);
    expect(groups[1]?.sums.byCategory).toEqual({ llm: { amountPico: 7n, unpriced: 3 } });
  });

  test('leave out what other entries carry', () => {
    expect(reportGroups([cell({ value: 'a', status: 'aggregate' }), cell({ value: 'b', status: 'duplicate' })])).toEqual([]);
  });
});

test('entries and amounts by status come in the order of the statuses, the worst first', () => {
  const known = knownBy([
    cell({ status: 'duplicate', amountPico: 0n }),
    cell({ entries: 2 }),
    cell({}),
    cell({ status: 'unpriced', amountPico: 0n }),
  ]);
  expect(known).toMatchObject([
    { status: 'unpriced', entries: 1, amountPico: 0n },
    { status: 'priced', entries: 3, amountPico: 10n },
    { status: 'duplicate', entries: 1, amountPico: 0n },
  ]);
});

test('there are no shares of nothing, nor where a credit makes a category negative', () => {
  expect(sharesOf(sumsOfCell(cell({ amountPico: 0n })))).toBeUndefined();
  expect(sharesOf(sumsOfCell(cell({ amountPico: -5n })))).toBeUndefined();
});
