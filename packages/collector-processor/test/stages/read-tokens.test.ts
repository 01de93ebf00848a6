import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CacheConvention } from '../../src/dialects/dialect.ts';
import { GEN_AI_TOKENS } from '../../src/dialects/gen-ai-keys.ts';
import { keysOfTokens } from '../../src/dialects/keys-of-tokens.ts';
import { createKeyTable } from '../../src/otlp/key-table.ts';
import { createReadTokens } from '../../src/stages/read-tokens.ts';
import { openSpanFields } from '../../src/stages/span-fields.ts';
import { viewOf } from './spans.ts';

const table = createKeyTable(keysOfTokens(GEN_AI_TOKENS));
const readTokens = createReadTokens(GEN_AI_TOKENS);

type Counts = {
  readonly input: number;
  readonly output: number;
  readonly total?: number;
  readonly read?: number;
  readonly written?: number;
  readonly written1h?: number;
  readonly reasoning?: number;
};

const readCounts = (counts: Counts, caches: CacheConvention): unknown => {
  const attributes = Object.fromEntries(
    [
      ['gen_ai.usage.input_tokens', counts.input],
      ['gen_ai.usage.output_tokens', counts.output],
      ['gen_ai.usage.total_tokens', counts.total],
      ['gen_ai.usage.cache_read.input_tokens', counts.read],
      ['gen_ai.usage.cache_write.input_tokens', counts.written],
      ['anthropic.usage.cache_creation.ephemeral_1h_input_tokens', counts.written1h],
      ['gen_ai.usage.reasoning.output_tokens', counts.reasoning],
    ].filter(([, value]) => value !== undefined),
  );
  const reading = readTokens(openSpanFields(viewOf({ attributes }, table), table), { caches, expectsOutput: true });
  return reading.kind === 'ok' ? reading.parts[0]?.usage : reading;
};

const INVALID = { kind: 'invalid', reason: 'usage-inconsistent' };

describe('the declared convention holds unless the counts prove the other', () => {
  test.each([
    ['inside: the caches are parts', 'inside', { input: 100, output: 10, read: 60, written: 20 }, 20],
    ['inside, more cached than input: beside', 'inside', { input: 49, output: 550, read: 6000, written: 289 }, 49],
    [
      'inside, total of input and output, more cached than input: beside',
      'inside',
      { input: 49, output: 550, total: 599, read: 6289 },
      49,
    ],
    ['inside, total that includes the caches again: beside', 'inside', { input: 100, output: 10, total: 170, read: 60 }, 100],
    ['inside, total of input and output: inside', 'inside', { input: 100, output: 10, total: 110, read: 60 }, 40],
    ['beside: the input is what is left', 'beside', { input: 100, output: 10, read: 60, written: 20 }, 100],
    ['beside, total of input and output: inside', 'beside', { input: 100, output: 10, total: 110, read: 60 }, 40],
    ['beside, total with the caches: beside', 'beside', { input: 100, output: 10, total: 170, read: 60 }, 100],
    [
      'beside, total with the caches, as many as reasoning',
      'beside',
      { input: 100, output: 70, total: 230, read: 60, reasoning: 60 },
      100,
    ],
    ['beside, a total that proves nothing: beside', 'beside', { input: 100, output: 10, total: 999, read: 60 }, 100],
  ] as const)('%s', (_, caches, counts, uncached) => {
    expect(readCounts(counts, caches)).toMatchObject({ input_text_tokens: uncached });
  });

  test('more cached than input and a total that fits no reading is invalid', () => {
    expect(readCounts({ input: 49, output: 550, total: 700, read: 6289 }, 'inside')).toEqual(INVALID);
  });

  test.each([
    ['reasoning is a part of the output', { input: 5, output: 300, reasoning: 256 }, 44],
    ['more reasoning than output: on top', { input: 12, output: 2, reasoning: 340 }, 2],
    ['a total that has reasoning on top', { input: 12, output: 400, total: 752, reasoning: 340 }, 400],
    ['a total that has it on top beside caches', { input: 12, output: 2, total: 360, read: 6, reasoning: 340 }, 2],
  ] as const)('%s', (_, counts, text) => {
    expect(readCounts(counts, 'inside')).toMatchObject({ output_text_tokens: text, output_reasoning_tokens: counts.reasoning });
  });

  test('more reasoning than output and a total without it is invalid', () => {
    expect(readCounts({ input: 12, output: 10, total: 22, reasoning: 11 }, 'inside')).toEqual(INVALID);
  });

  test('lifetimes are parts of the cache writes', () => {
    expect(readCounts({ input: 100, output: 1, written: 50, written1h: 20 }, 'inside')).toEqual({
      input_text_tokens: 50,
      input_cache_write_1h_tokens: 20,
      input_cache_write_other_tokens: 30,
      output_text_tokens: 1,
    });
  });

  test('lifetimes above the cache writes are no counts', () => {
    expect(readCounts({ input: 100, output: 1, written: 10, written1h: 20 }, 'inside')).toEqual({
      kind: 'invalid',
      reason: 'count-malformed',
    });
  });
});

// Few different sizes among many: equal counts are where readings could be taken for each other.
const size = fc.oneof(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 1_000_000 }));

describe('disjoint counts add up to what the source said', () => {
  const parts = fc.record({ uncached: size, read: size, write1h: size, writeOther: size, text: size, reasoning: size });
  const conventions = fc.constantFrom<CacheConvention>('inside', 'beside');

  test('for every split and both conventions', () => {
    fc.assert(
      fc.property(parts, conventions, fc.boolean(), (truth, caches, givesTotal) => {
        const cached = truth.read + truth.write1h + truth.writeOther;
        const input = truth.uncached + (caches === 'inside' ? cached : 0);
        const output = truth.text + truth.reasoning;
        const usage = readCounts(
          {
            input,
            output,
            ...(givesTotal && { total: truth.uncached + cached + output }),
            read: truth.read,
            written: truth.write1h + truth.writeOther,
            written1h: truth.write1h,
            reasoning: truth.reasoning,
          },
          caches,
        ) as Record<string, number>;
        const expected = {
          input_text_tokens: truth.uncached,
          input_cache_read_text_tokens: truth.read,
          input_cache_write_1h_tokens: truth.write1h,
          input_cache_write_other_tokens: truth.writeOther,
          output_text_tokens: truth.text,
          output_reasoning_tokens: truth.reasoning,
        };
        const used = Object.fromEntries(Object.entries(expected).filter(([, value]) => value > 0));
        expect(usage).toEqual(Object.keys(used).length === 0 ? { input_text_tokens: 0 } : used);
      }),
      { numRuns: 2_000 },
    );
  });

  test('whatever the numbers, nothing negative comes out', () => {
    const anything = fc.record({
      input: size,
      output: size,
      total: size,
      read: size,
      written: size,
      written1h: size,
      reasoning: size,
    });
    fc.assert(
      fc.property(anything, conventions, (counts, caches) => {
        const usage = readCounts(counts, caches) as Record<string, unknown>;
        if ('kind' in usage) return;
        for (const count of Object.values(usage)) expect(Number.isSafeInteger(count) && (count as number) >= 0).toBe(true);
      }),
    );
  });
});
