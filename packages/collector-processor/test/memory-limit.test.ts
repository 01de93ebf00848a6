import { expect, test } from 'vitest';
import { memoryCheckIntervalMs } from '../src/limits.ts';
import { type Logger, silentLogger } from '../src/logger.ts';
import { createMemoryLimit } from '../src/memory-limit.ts';

test('looks once per interval and says once that the limit is passed', () => {
  const logged: string[] = [];
  const logger: Logger = { ...silentLogger, warn: (message) => logged.push(message) };
  let [nowMs, bytes, looks] = [0, 100, 0];
  const residentBytes = (): number => {
    looks += 1;
    return bytes;
  };
  const isOver = createMemoryLimit({ limitBytes: 100, residentBytes, clock: { nowMs: () => nowMs }, logger });
  const after = (passedMs: number, held: number): boolean => {
    nowMs += passedMs;
    bytes = held;
    return isOver();
  };
  expect([after(0, 100), after(memoryCheckIntervalMs - 1, 101), after(1, 101)]).toEqual([false, false, true]);
  expect([after(memoryCheckIntervalMs, 102), after(memoryCheckIntervalMs, 100)]).toEqual([true, false]);
  expect([looks, logged.length]).toEqual([4, 1]);
});
