import { expect, test } from 'vitest';
import { periodOf } from '../../src/budget/period.ts';

test.each([
  ['2026-11-22T23:59:59.999Z', '2026-11-22T23', '2026-11-22', '2026-W47', '2026-11'],
  ['2026-11-23T00:00:00.000Z', '2026-11-23T00', '2026-11-23', '2026-W48', '2026-11'],
  // The first days of a year may lie in the last week of the year before, and the last ones in the first of the next.
  ['2027-01-01T12:00:00.000Z', '2027-01-01T12', '2027-01-01', '2026-W53', '2027-01'],
  ['2024-12-30T12:00:00.000Z', '2024-12-30T12', '2024-12-30', '2025-W01', '2024-12'],
  ['2028-02-29T00:00:00.000Z', '2028-02-29T00', '2028-02-29', '2028-W09', '2028-02'],
])('%s lies in the periods %s, %s, %s and %s', (instant, ...expected) => {
  const atMs = Date.parse(instant);
  expect([periodOf('hour', atMs), periodOf('day', atMs), periodOf('week', atMs), periodOf('month', atMs)]).toEqual(expected);
});
