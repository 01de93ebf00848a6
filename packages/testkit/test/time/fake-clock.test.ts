import { expect, test } from 'vitest';
import { fakeClock } from '../../src/index.ts';

test('stands still until told, in milliseconds and nanoseconds', () => {
  const clock = fakeClock(1_000);
  clock.advance(250);
  expect([clock.nowMs(), clock.nowNs()]).toEqual([1_250, 1_250_000_000n]);
});

test('runs due timers in order, each at its instant, those set meanwhile included', () => {
  const clock = fakeClock(0);
  const ran: string[] = [];
  clock.setTimer(() => ran.push(`late at ${clock.nowMs()}`), 30);
  clock.setTimer(() => {
    ran.push(`early at ${clock.nowMs()}`);
    clock.setTimer(() => ran.push(`nested at ${clock.nowMs()}`), 5);
  }, 10);
  clock.setTimer(() => ran.push('never'), 31);
  const cancel = clock.setTimer(() => ran.push('cancelled'), 20);
  cancel();
  clock.advance(30);
  expect(ran).toEqual(['early at 10', 'nested at 15', 'late at 30']);
  expect(clock.timersPending()).toBe(1);
});
