import { expect, test } from 'vitest';
import { parseRetryAfter } from '../../../src/exporters/otlp-http/retry-after.ts';

const nowMs = Date.UTC(2026, 0, 1);

test.each([
  ['3', 3_000],
  ['0', 0],
  [' 120 ', 120_000],
  ['Thu, 01 Jan 2026 00:01:30 GMT', 90_000],
  ['Wed, 31 Dec 2025 23:59:00 GMT', 0],
  ['99999999', 3_600_000],
  ['-5', undefined],
  ['1.5', undefined],
  ['soon', undefined],
  ['2026', 2_026_000],
  ['', undefined],
  [undefined, undefined],
])('OTLP-31 Retry-After %j is %j ms', (header, delayMs) => {
  expect(parseRetryAfter(header, nowMs)).toBe(delayMs);
});
