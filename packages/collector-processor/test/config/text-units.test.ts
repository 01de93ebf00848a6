import { expect, test } from 'vitest';
import { parseDurationMs, parseSizeBytes } from '../../src/config/text-units.ts';

test.each([
  ['0s', 0],
  ['250ms', 250],
  ['30s', 30_000],
  ['5m', 300_000],
  ['1h30m', 5_400_000],
  ['30d', 2_592_000_000],
  ['1d1h1m1s1ms', 90_061_001],
  ['', undefined],
  ['30', undefined],
  ['1.5s', undefined],
  ['1m1h', undefined],
  ['-1s', undefined],
  ['99999999999999999d', undefined],
])('the duration %j is %j milliseconds', (text, durationMs) => {
  expect(parseDurationMs(text)).toBe(durationMs);
});

test.each([
  ['0', 0],
  ['1000', 1_000],
  ['64KiB', 65_536],
  ['64 MiB', 67_108_864],
  ['4MB', 4_000_000],
  ['1GiB', 1_073_741_824],
  ['64mib', undefined],
  ['1.5MiB', undefined],
  ['', undefined],
])('the size %j is %j bytes', (text, bytes) => {
  expect(parseSizeBytes(text)).toBe(bytes);
});
