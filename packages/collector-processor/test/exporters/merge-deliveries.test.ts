import { expect, test } from 'vitest';
import type { Delivery } from '../../src/delivery.ts';
import { mergeDeliveries } from '../../src/exporters/merge-deliveries.ts';

const taken: Delivery = { kind: 'accepted' };
const later: Delivery = { kind: 'retryable', message: 'busy', retryAfterMs: 7 };
const refused: Delivery = { kind: 'rejected', reason: 'invalid', message: 'no' };
const partly: Delivery = { kind: 'accepted', partial: { rejectedCount: 2, message: 'two too old' } };

test.each<[string, readonly Delivery[], number, Delivery]>([
  ['every part taken', [taken, taken], 0, taken],
  ['one part to be sent later', [taken, later], 0, later],
  ['one refused and one to be sent later', [refused, later], 0, later],
  ['every part refused', [refused, refused], 0, refused],
  ['one of two parts refused', [taken, refused], 0, { kind: 'accepted', partial: { rejectedCount: 10, message: 'no' } }],
  [
    'OTLP-23 parts with partial successes',
    [partly, taken, partly],
    0,
    { kind: 'accepted', partial: { rejectedCount: 4, message: 'two too old' } },
  ],
  [
    'OTLP-18 an item too large beside parts taken',
    [taken],
    1,
    { kind: 'accepted', partial: { rejectedCount: 1, message: 'too large' } },
  ],
  ['OTLP-18 nothing but an item too large', [], 1, { kind: 'rejected', reason: 'too-large', message: 'too large' }],
  ['a request without anything in it', [], 0, taken],
])('%s', (_, deliveries, oversizedCount, expected) => {
  const outcomes = deliveries.map((delivery) => ({ delivery, itemCount: 10 }));
  expect(mergeDeliveries(outcomes, { count: oversizedCount, message: 'too large' })).toEqual(expected);
});
