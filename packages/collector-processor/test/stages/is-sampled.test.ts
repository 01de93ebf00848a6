import { expect, test } from 'vitest';
import { isSampled } from '../../src/stages/is-sampled.ts';

test.for([
  ['ot=th:c', true],
  ['ot=th:8;rv:6e6d1a75832a2f', true],
  ['ot=rv:6e6d1a75832a2f;th:8', true],
  ['vendor=1,ot=th:fd70a4', true],
  ['vendor=1, ot=p:2;th:fd70a4 ,other=x', true],
  ['ot=th:0', false],
  ['ot=th:00', false],
  ['', false],
  ['ot=rv:6e6d1a75832a2f', false],
  ['vendor=th:c', false],
  ['robot=th:c', false],
  ['ot=th:', false],
  ['ot=th:xyz', false],
  ['ot=th:123456789012345', false],
  ['ot=ath:c', false],
] as const)('trace state %j: %s', ([traceState, expected]) => {
  expect(isSampled(traceState)).toBe(expected);
});
