import { type CostFact, canonicalText, isLink, type SpanFact } from '@costspan/ledger';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fact, facts, hex } from '../../../ledger/test/support/facts.ts';
import { anyTraces } from '../../../ledger/test/support/random-facts.ts';
import { packFacts } from '../../src/facts/pack-facts.ts';
import { readPackedFacts, unpackFacts } from '../../src/facts/read-packed-facts.ts';

/** What is kept of a fact. */
function kept(each: SpanFact): SpanFact {
  if (each.observation !== undefined) return each;
  return { ...each, name: '', ...(isLink(each) && each.telemetry === undefined ? { startNs: 0n, endNs: 0n } : {}) };
}

const byText = (one: SpanFact, other: SpanFact): number => (canonicalText(one) < canonicalText(other) ? -1 : 1);

test('facts come out as they went in; of spans without cost only what the ledger asks for', () => {
  fc.assert(
    fc.property(anyTraces, (all) => {
      const unpacked = unpackFacts(packFacts(all));
      expect([...unpacked].sort(byText)).toEqual(all.map(kept).sort(byText));
    }),
  );
});

test('facts are by trace and tenant, traces in the order in which they first came', () => {
  const packed = packFacts(
    facts(`
      span | trace | tenant
      a    | t1    | acme
      b    | t2    | acme
      c    | t1    | acme
      d    | t1    | other`),
  );
  expect(packed.spanCount).toBe(4);
  expect(readPackedFacts(packed.bytes).map(({ tenant, traceId, spanCount }) => [tenant, traceId, spanCount])).toEqual([
    ['acme', hex('t1', 32), 2],
    ['acme', hex('t2', 32), 1],
    ['other', hex('t1', 32), 1],
  ]);
});

const priced = fact({ span: 'a', item: 'ticket T-1', cost: '0.18' }) as CostFact;
const { observation } = priced;
const { receipt } = observation;
const line = { unit: 'input_text_tokens', quantity: '1060', status: 'priced' } as const;

describe('a cost-bearing fact keeps', () => {
  test.each<[string, Partial<CostFact>, Partial<CostFact['observation']>]>([
    ['amounts beyond 64 bits', {}, { receipt: { ...receipt, amountPico: 2n ** 80n, lowPico: -5n, highPico: 2n ** 90n } }],
    ['the greatest amount of 53 bits', {}, { receipt: { ...receipt, amountPico: 2n ** 53n - 1n, lowPico: 0n } }],
    [
      'every part of a line',
      {},
      {
        receipt: {
          ...receipt,
          lines: [
            {
              ...line,
              ...{ priceId: 'p', amount: '1.25', per: '1000000', factor: '1.1', cost: '0.0013', low: '0', high: '0.002' },
              ...{ reason: 'r', layer: 'catalog', kind: 'discount', measured: '1059.5' },
              native: { currency: 'EUR', cost: '0.001', rate: '1.1', rateDate: '2026-06-01', rateSource: 'ECB' },
            },
            line,
          ],
        },
      },
    ],
    [
      'the other figure where two are known',
      {},
      {
        receipt: {
          ...receipt,
          compared: {
            kind: 'reported',
            status: 'provider_reported',
            complete: true,
            amount: '0.2',
            difference: '-0.02',
            lines: [line],
          },
        },
      },
    ],
    ['usage in fractions, in text and none', {}, { usage: { input_text_tokens: '0.25', requests: 2 ** 53 - 1, custom: 0.5 } }],
    [
      'handoffs, attempts and origins',
      {},
      {
        attempt: { number: 3, billable: 'possible' },
        ...{ agent: 'refunds', requestId: 'req_1', apiKeyFingerprint: 'ab12', callId: 'openai:r1' },
        human: { role: 'reviewer', touchMs: 7.5, waitMs: 0, decision: '', handoffId: 'h1' },
      },
    ],
    ['texts of any length and script', { name: 'ü'.repeat(200), tenant: '' }, { model: '日本語'.repeat(80), scopeName: '' }],
    [
      'a parent, an outcome and dimensions',
      { outcome: { value: 'resolved', atNs: 2n ** 63n - 1n }, dimensions: { team: '', a: 'b' } },
      {},
    ],
  ])('%s', (_name, own, seen) => {
    const whole: CostFact = { ...priced, ...own, observation: { ...observation, ...seen } };
    expect(unpackFacts(packFacts([whole]))).toEqual([whole]);
  });

  test('words beyond those a request has numbers for', () => {
    const many = Array.from({ length: 8_000 }, (_, index): CostFact => {
      const words = { scopeName: `scope ${index}`, scopeVersion: `v${index}`, dialect: `d${index}`, model: `m${index}` };
      const book = { version: `b${index}`, sha256: `s${index}` };
      const lines = [{ ...line, priceId: `p${index}`, amount: `a${index}`, layer: `l${index}` }];
      return {
        ...priced,
        spanId: hex(`${index}`, 16),
        observation: { ...observation, ...words, receipt: { ...receipt, book, lines } },
      };
    });
    expect(unpackFacts(packFacts(many))).toEqual(many);
  });
});

test('an instant that no ledger file can hold becomes the last one it can', () => {
  const beyond = { ...fact({ span: 'a', item: 'ticket T-1', cost: '1' }), startNs: 2n ** 63n, endNs: 2n ** 64n - 1n };
  const [kept] = unpackFacts(packFacts([beyond]));
  expect([kept?.startNs, kept?.endNs]).toEqual([2n ** 63n - 1n, 2n ** 63n - 1n]);
});
