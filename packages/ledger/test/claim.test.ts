import { expect, test } from 'vitest';
import { bestOutcome, type Claim } from '../src/index.ts';

const claim = (value: string, atNs: bigint, traceId: string, spanId: string): Claim => ({ value, atNs, traceId, spanId });

test.each<[string, readonly Claim[], string | undefined]>([
  ['the latest', [claim('escalated', 1n, 'f', 'f'), claim('resolved', 2n, 'a', 'a')], 'resolved'],
  ['at the same time the greater trace', [claim('resolved', 1n, 'b', 'a'), claim('escalated', 1n, 'a', 'b')], 'resolved'],
  ['in the same trace the greater span', [claim('resolved', 1n, 'a', 'b'), claim('escalated', 1n, 'a', 'a')], 'resolved'],
  ['on the same span the greater value', [claim('resolved', 1n, 'a', 'a'), claim('escalated', 1n, 'a', 'a')], 'resolved'],
  ['none without any', [], undefined],
])('the outcome that holds is %s, in whatever order they come', (_name, claims, expected) => {
  expect(bestOutcome(claims)?.value).toBe(expected);
  expect(bestOutcome([...claims].reverse())?.value).toBe(expected);
});
