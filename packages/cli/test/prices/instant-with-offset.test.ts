import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseInstantWithOffset } from '../../src/prices/instant-with-offset.ts';

test.each([
  ['2026-03-01', Date.UTC(2026, 2, 1)],
  ['2026-03-01T16:30Z', Date.UTC(2026, 2, 1, 16, 30)],
  ['2026-03-01T16:30:59.999999999Z', Date.UTC(2026, 2, 1, 16, 30, 59, 999)],
  ['2026-03-01T00:30:00+01:00', Date.UTC(2026, 1, 28, 23, 30)],
  ['2026-12-31T23:00:00.5-05:30', Date.UTC(2027, 0, 1, 4, 30, 0, 500)],
  ['2028-02-29T12:00:00+00:00', Date.UTC(2028, 1, 29, 12)],
])('%s is %d', (text, atMs) => {
  expect(parseInstantWithOffset(text)).toBe(atMs);
});

test.each([
  '2026-02-29T12:00:00+01:00',
  '2026-02-30T12:00:00Z',
  '2026-03-01T24:00:00Z',
  '2026-03-01T16:30:60Z',
  '2026-03-01T16:30:00+24:00',
  '2026-03-01T16:30:00+01:60',
  '2026-03-01T16:30:00',
  '2026-03-01T16:30.5Z',
  '2026-03-01T16:30:00.Z',
  '2026-03-01T16:30:00.1234567891Z',
  '2026-03-01 16:30:00Z',
  '2026-03-01T16:30:00z',
  '20260301',
  '',
])('%s is no time', (text) => {
  expect(parseInstantWithOffset(text)).toBe(undefined);
});

const pad = (value: number): string => String(value).padStart(2, '0');

test('reads every time at every offset as the calendar of the platform does', () => {
  const instants = fc.date({ min: new Date('1970-01-01'), max: new Date('2199-12-31'), noInvalidDate: true });
  fc.assert(
    fc.property(instants, fc.integer({ min: -1_439, max: 1_439 }), (at, offset) => {
      const local = new Date(at.getTime() + offset * 60_000).toISOString().slice(0, -1);
      const zone = `${offset < 0 ? '-' : '+'}${pad(Math.floor(Math.abs(offset) / 60))}:${pad(Math.abs(offset) % 60)}`;
      fc.pre(local.length === '2026-03-01T16:30:00.000'.length && local >= '1970');
      expect(parseInstantWithOffset(`${local}${zone}`)).toBe(at.getTime());
    }),
  );
});
