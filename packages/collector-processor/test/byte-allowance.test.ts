import { expect, test } from 'vitest';
import { createByteAllowance } from '../src/byte-allowance.ts';

test('takes up to the bound and not a byte more', () => {
  const allowance = createByteAllowance(100);
  expect([allowance.take(60), allowance.take(41), allowance.take(40)]).toEqual([true, false, true]);
  allowance.giveBack(1);
  expect(allowance.takenBytes()).toBe(99);
});

test.each([
  { taken: 0, isOver: false, admits: true },
  { taken: 99, isOver: false, admits: true },
  { taken: 100, isOver: false, admits: false },
  { taken: 0, isOver: true, admits: true },
  { taken: 1, isOver: true, admits: false },
])('with $taken of 100 bytes taken and memory short: $isOver, begins another request: $admits', ({ taken, isOver, admits }) => {
  const allowance = createByteAllowance(100, () => isOver);
  allowance.take(taken);
  expect(allowance.admits()).toBe(admits);
});
