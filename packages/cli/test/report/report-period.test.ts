import { expect, test } from 'vitest';
import { calendarPeriod, instantNs, knownTimeZone } from '../../src/report/report-period.ts';

const iso = (atNs: bigint | undefined): string => new Date(Number((atNs ?? 0n) / 1_000_000n)).toISOString();

test.each([
  ['2026-06-01', 'UTC', '2026-06-01T00:00:00.000Z'],
  ['2026-06-01', 'Europe/Berlin', '2026-05-31T22:00:00.000Z'],
  ['2026-06-01T14:30', 'Asia/Kathmandu', '2026-06-01T08:45:00.000Z'],
  ['2026-06-01T14:30:05.25', 'UTC', '2026-06-01T14:30:05.250Z'],
  ['2026-06-01T14:30Z', 'Europe/Berlin', '2026-06-01T14:30:00.000Z'],
  ['2026-06-01T14:30+02:00', 'UTC', '2026-06-01T12:30:00.000Z'],
  // The clocks jump from two to three: the hour that does not exist is the one after it.
  ['2026-03-29T02:30', 'Europe/Berlin', '2026-03-29T01:30:00.000Z'],
])('%s in %s is %s', (text, timeZone, expected) => {
  expect(iso(instantNs(text, timeZone))).toBe(expected);
});

test.each([
  ['2026', 'UTC', '2026-01-01T00:00:00.000Z', '2027-01-01T00:00:00.000Z'],
  ['2026-02', 'UTC', '2026-02-01T00:00:00.000Z', '2026-03-01T00:00:00.000Z'],
  ['2026-03', 'Europe/Berlin', '2026-02-28T23:00:00.000Z', '2026-03-31T22:00:00.000Z'],
  // A day of 23 hours.
  ['2026-03-29', 'Europe/Berlin', '2026-03-28T23:00:00.000Z', '2026-03-29T22:00:00.000Z'],
  ['2026-12-31', 'UTC', '2026-12-31T00:00:00.000Z', '2027-01-01T00:00:00.000Z'],
])('the period %s in %s', (text, timeZone, from, to) => {
  const { fromNs, toNs } = calendarPeriod(text, timeZone);
  expect([iso(fromNs), iso(toNs)]).toEqual([from, to]);
});

test.each(['', 'today', '2026-06-31', '2026-6-1', '2026-06-01 12:00', '2026-06-01T25:00', '2026-06-01T12:00+99:00'])(
  'refuses the time %j',
  (text) => {
    expect(() => instantNs(text, 'UTC')).toThrow(`found "${text}"`);
  },
);

test.each(['', '26', '2026-00', '2026-02-29', '2026-W23'])('refuses the period %j', (text) => {
  expect(() => calendarPeriod(text, 'UTC')).toThrow(`found "${text}"`);
});

test('knows time zones by any case and no others', () => {
  expect(knownTimeZone('europe/berlin')).toBe('Europe/Berlin');
  expect(() => knownTimeZone('Berlin')).toThrow('expected a time zone like Europe/Berlin or UTC, found "Berlin"');
});
