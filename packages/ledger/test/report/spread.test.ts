import { expect, test } from 'vitest';
import { spreadOf } from '../../src/index.ts';

test.each<[readonly bigint[], readonly [bigint, bigint, bigint, string | undefined]]>([
  [[], [0n, 0n, 0n, undefined]],
  [[5n], [5n, 5n, 5n, '100.00']],
  [
    [3n, 1n, 2n],
    [2n, 3n, 3n, '50.00'],
  ],
  [Array.from({ length: 20 }, (_, index) => BigInt(20 - index)), [10n, 18n, 20n, '18.57']],
  [
    [0n, 0n],
    [0n, 0n, 0n, undefined],
  ],
  [
    [-3n, 1n],
    [-3n, 1n, 1n, undefined],
  ],
])('the spread of costs, case %#', (costs, [median, ninetieth, dearest, share]) => {
  expect(spreadOf(costs)).toEqual({
    medianPico: median,
    ninetiethPico: ninetieth,
    dearestPico: dearest,
    ...(share !== undefined && { dearestTenthShare: share }),
  });
});
