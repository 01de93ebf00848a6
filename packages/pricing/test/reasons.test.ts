import { expect, test } from 'vitest';
import { type PriceRequest, REASONS, type Reason, type Receipt, type Usage } from '../src/index.ts';
import { bookOf, compiled, million, perMillion, priceOf } from './support/books.ts';

const huge = Number.MAX_SAFE_INTEGER;
const when = { region: 'mars' };

const book = compiled([
  bookOf(
    [
      perMillion('model', 'input_text_tokens', '1'),
      perMillion('model', 'input_text_tokens', '2', { when: { input_above: 2_000_000 } }),
      perMillion('model', 'input_text_tokens', '2', { when: { service_tier: 'priority' } }),
      perMillion('model', 'input_cache_write_5m_tokens', '1'),
      perMillion('model', 'images', '1', { status: 'estimate' }),
      perMillion('model', 'characters', '1', { valid_to: '2020-01-01' }),
      perMillion('model', 'requests', '1', { currency: 'CHF' }),
      perMillion('model', 'file_searches', '1', { when }),
      perMillion('model', 'web_searches', '1', { when: { input_above: 1 } }),
      perMillion('model', 'tool_calls', '1', { match: { pattern: '*od*' } }),
      { ...perMillion('model', 'tool_calls', '2', { match: { pattern: '*el*' } }), id: 'other' },
    ],
    {
      roles: [{ role: 'reviewer', hourly: '40', default_touch_ms: 1_000 }],
      outcomes: [
        { id: 'refused', outcome: 'refused', billed: 'nothing' },
        { id: 'cancelled', outcome: 'cancelled', billed: 'unknown' },
      ],
    },
  ),
]);

const shots: Readonly<Record<Reason, readonly [Usage, Partial<PriceRequest>, Receipt['status']]>> = {
  'usage-missing': [{}, {}, 'usage_missing'],
  'count-negative': [{ images: -1 }, {}, 'invalid_usage'],
  'count-not-whole': [{ images: '0.5' }, {}, 'invalid_usage'],
  'count-too-large': [{ images: 2 ** 60 }, {}, 'invalid_usage'],
  'count-malformed': [{ images: 'many' }, {}, 'invalid_usage'],
  'usage-too-large': [{ ['u'.repeat(300)]: 1 }, {}, 'invalid_usage'],
  'usage-contradictory': [{}, { usageInvalid: true }, 'invalid_usage'],
  'other-count-invalid': [{ images: -1, requests: 1 }, {}, 'invalid_usage'],
  'declared-cost-invalid': [{}, { declaredCost: { amount: 'free', currency: 'USD' } }, 'invalid_usage'],
  'reported-cost-invalid': [million, { provider: 'openrouter', reportedCost: { amount: '', currency: 'USD' } }, 'unpriced'],
  'instant-invalid': [million, { atMs: Number.POSITIVE_INFINITY }, 'invalid_usage'],
  'provider-unknown': [million, { provider: 'nobody' }, 'unpriced'],
  'model-unknown': [million, { model: 'nothing' }, 'unpriced'],
  'fine-tune-unknown': [million, { model: 'ft:model:me' }, 'unpriced'],
  'no-price': [{ kitchen_sinks: 1 }, {}, 'unpriced'],
  'no-price-at-time': [{ characters: 1 }, {}, 'unpriced'],
  'no-price-for-tier': [million, { serviceTier: 'scale' }, 'unpriced'],
  'no-price-for-context': [{ input_text_tokens: 3_000_000 }, { serviceTier: 'priority' }, 'unpriced'],
  'no-price-for-region': [{ file_searches: 1 }, {}, 'unpriced'],
  'no-price-for-conditions': [{ web_searches: 1 }, {}, 'unpriced'],
  'price-ambiguous': [{ tool_calls: 1 }, {}, 'unpriced'],
  'no-fx': [{ requests: 1 }, {}, 'unpriced'],
  'parent-unit-price': [{ input_audio_tokens: 1 }, {}, 'estimated'],
  'snapshot-unknown': [million, { model: 'model-2099-01-01' }, 'estimated'],
  'cache-write-ttl-unknown': [{ input_cache_write_other_tokens: 1 }, {}, 'estimated'],
  'service-tier-unknown': [million, { serviceTier: 'auto' }, 'estimated'],
  'price-is-estimate': [{ images: 1 }, {}, 'estimated'],
  'touch-time-default': [{}, { provider: 'human', model: 'reviewer' }, 'estimated'],
  'outcome-billing-unknown': [million, { outcome: 'cancelled' }, 'estimated'],
  'outcome-not-billed': [million, { outcome: 'refused' }, 'non_billable'],
  'not-billable': [million, { nonBillable: true }, 'non_billable'],
};

test.each(Object.entries(shots))('%s can happen', (reason, [usage, more, status]) => {
  const receipt = priceOf(usage, book, more);
  // A reported cost that is not taken is explained where it is kept.
  const reasons = [...receipt.reasons, ...(receipt.compared?.lines ?? []).map((line) => line.reason)];
  expect(receipt.status).toBe(status);
  expect(reasons).toContain(reason);
});

test('every reason of the list is shown to happen', () => {
  expect(Object.keys(shots).sort()).toEqual(Object.keys(REASONS).sort());
});

test('no usage, however odd, makes a reason outside the list', () => {
  const odd: Usage[] = [{ input_text_tokens: huge, output_text_tokens: huge }, { images: null as never }, { human_ms: huge }];
  for (const usage of odd) {
    for (const reason of priceOf(usage, book).reasons) expect(Object.keys(REASONS)).toContain(reason);
  }
});
