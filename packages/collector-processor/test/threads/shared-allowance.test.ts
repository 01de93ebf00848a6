import { expect, test } from 'vitest';
import { createSharedAllowance, createSharedSums, giveBackAll } from '../../src/threads/shared-allowance.ts';

const never = (): boolean => false;

test('threads share one bound', () => {
  const sums = createSharedSums(2);
  const [one, other] = [createSharedAllowance(sums, 0, 100, never), createSharedAllowance(sums, 1, 100, never)];
  expect([one.take(60), other.take(41), other.take(40), one.take(1)]).toEqual([true, false, true, false]);
  expect([one.takenBytes(), other.takenBytes()]).toEqual([100, 100]);
  one.giveBack(60);
  expect([other.take(60), one.takenBytes()]).toEqual([true, 100]);
});

test('what a thread held that ended is free again, what the others hold is not', () => {
  const sums = createSharedSums(2);
  const [one, other] = [createSharedAllowance(sums, 0, 100, never), createSharedAllowance(sums, 1, 100, never)];
  one.take(70);
  other.take(20);
  giveBackAll(sums, 0);
  expect(other.takenBytes()).toBe(20);
  expect(createSharedAllowance(sums, 0, 100, never).take(80)).toBe(true);
});

test('begins nothing more when all is taken or memory is short, unless nothing is under way', () => {
  let isOver = false;
  const allowance = createSharedAllowance(createSharedSums(1), 0, 100, () => isOver);
  const admitted = (taken: number): boolean => {
    allowance.take(taken);
    const admits = allowance.admits();
    allowance.giveBack(taken);
    return admits;
  };
  expect([0, 99, 100].map(admitted)).toEqual([true, true, false]);
  isOver = true;
  expect([0, 1, 100].map(admitted)).toEqual([true, false, false]);
});
