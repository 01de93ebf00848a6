import type { CostCell } from '@costspan/ledger';
import { expect, test } from 'vitest';
import { cellsByCalendar } from '../../src/report/time-groups.ts';

const cell = (value: string | undefined): CostCell => ({
  ...(value !== undefined && { value }),
  category: 'llm',
  status: 'priced',
  waste: false,
  entries: 1,
  amountPico: 1n,
  lowPico: 1n,
  highPico: 1n,
});

const seconds = (iso: string): string => String(Date.parse(iso) / 1_000);

test.each([
  ['day', 'UTC', '2026-06-01T23:45:00Z', '2026-06-01'],
  ['day', 'Europe/Berlin', '2026-06-01T23:45:00Z', '2026-06-02'],
  ['day', 'Asia/Kathmandu', '2026-06-01T18:15:00Z', '2026-06-02'],
  ['day', 'Asia/Kathmandu', '2026-06-01T18:00:00Z', '2026-06-01'],
  ['hour', 'UTC', '2026-06-01T23:45:00Z', '2026-06-01T23:00'],
  ['month', 'America/New_York', '2026-06-01T03:45:00Z', '2026-05'],
  ['week', 'UTC', '2026-06-01T00:00:00Z', '2026-W23'],
  ['week', 'UTC', '2027-01-01T00:00:00Z', '2026-W53'],
] as const)('the %s of %s at %s is %s', (unit, timeZone, at, name) => {
  expect(cellsByCalendar([cell(seconds(at))], unit, timeZone)).toEqual([cell(name)]);
});

test('leaves what has no time, or one that no calendar has', () => {
  expect(cellsByCalendar([cell(undefined), cell('9223372036800')], 'day', 'UTC').map(({ value }) => value)).toEqual([
    undefined,
    '9223372036800 s',
  ]);
});
