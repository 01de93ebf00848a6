import { expect, test } from 'vitest';
import { parseGrpcTimeout } from '../../../src/receivers/otlp-grpc/parse-timeout.ts';

test.each([
  ['1H', 3_600_000],
  ['2M', 120_000],
  ['10S', 10_000],
  ['250m', 250],
  ['1500u', 2],
  ['1n', 1],
  ['0S', 0],
  ['99999999H', 2 ** 31 - 1],
  ['100000000S', undefined],
  ['1s', undefined],
  ['-1S', undefined],
  ['', undefined],
  [undefined, undefined],
  [['1S', '2S'], undefined],
])('OTLP-41 a deadline of %j is %s ms', (header, timeoutMs) => {
  expect(parseGrpcTimeout(header)).toBe(timeoutMs);
});
