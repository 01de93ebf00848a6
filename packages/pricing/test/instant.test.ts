import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { minuteOfDay, parseClock, parseInstant } from '../src/instant.ts';

describe('reads UTC dates and times', () => {
  test('as Date does, through the whole Gregorian calendar', () => {
    const dates = fc.date({
      min: new Date('0001-01-01T00:00:00Z'),
      max: new Date('9999-12-31T23:59:59.999Z'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(dates, (date) => {
        const text = date.toISOString();
        expect(parseInstant(text)).toBe(date.getTime());
        expect(parseInstant(text.slice(0, 10))).toBe(Date.parse(text.slice(0, 10)));
      }),
      { numRuns: 1_000 },
    );
  });

  test.each([
    ['2026-03-01', Date.UTC(2026, 2, 1)],
    ['2026-03-01T16:30Z', Date.UTC(2026, 2, 1, 16, 30)],
    ['2024-02-29', Date.UTC(2024, 1, 29)],
    ['2000-02-29', Date.UTC(2000, 1, 29)],
    ['1969-12-31T23:59:59.5Z', -500],
  ])('%s', (text, ms) => {
    expect(parseInstant(text)).toBe(ms);
  });

  test.each([
    '2026-02-29',
    '1900-02-29',
    '2026-13-01',
    '2026-00-10',
    '2026-04-31',
    '2026-01-00',
    '2026-03-01T24:00:00Z',
    '2026-03-01T10:60:00Z',
    '2026-03-01T10:00:60Z',
    '2026-03-01T10:00:00',
    '2026-03-01T10:00:00+01:00',
    '2026-3-1',
    '01.03.2026',
    '',
  ])('and refuses %j', (text) => {
    expect(parseInstant(text)).toBeUndefined();
  });
});

test.each([
  ['00:00', 0],
  ['16:30', 990],
  ['24:00', 1_440],
  ['24:01', undefined],
  ['12:60', undefined],
  ['9:00', undefined],
])('%s is minute %s of the day', (text, minutes) => {
  expect(parseClock(text)).toBe(minutes);
});

test('the minute of the day is UTC, before 1970 too', () => {
  expect(minuteOfDay(Date.UTC(2026, 2, 1, 16, 30, 59))).toBe(990);
  expect(minuteOfDay(-60_000)).toBe(1_439);
});
