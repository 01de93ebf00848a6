import { PARENT_UNIT, TOKEN_UNITS, UNITS } from '@costspan/semconv';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readGemini } from '../src/readers/gemini.ts';
import { isTokenUnit, parentUnitOf, quantityText, readUsage, type Usage } from '../src/usage.ts';

const read = (usage: Usage) =>
  readUsage(usage).quantities.map((one) => (one.kind === 'invalid' ? one.reason : quantityText(one)));

describe('the registry of units', () => {
  test('is closed: every parent is a unit of the registry', () => {
    const known = new Set<string>(UNITS);
    expect(
      Object.entries(PARENT_UNIT)
        .flat()
        .filter((unit) => !known.has(unit)),
    ).toEqual([]);
  });

  test('has no cycle: every chain of parents ends', () => {
    for (const unit of UNITS) {
      const chain: string[] = [];
      for (let of: string | undefined = unit; of !== undefined; of = parentUnitOf(of)) {
        expect(chain).not.toContain(of);
        chain.push(of);
      }
    }
  });

  test('lets every token unit but plain text fall back to one of the same direction', () => {
    for (const unit of TOKEN_UNITS) {
      const parent = parentUnitOf(unit);
      if (unit === 'input_text_tokens' || unit === 'output_text_tokens') expect(parent).toBeUndefined();
      else expect(`${unit} -> ${parent?.split('_')[0]}`).toBe(`${unit} -> ${unit.split('_')[0]}`);
    }
  });

  // Two kinds overlap where a token is of both. Then there is a unit for both, or the kinds are priced as one and the
  // readers count them in the unit named here: nobody has a price of its own for cached video or for the medium of a write.
  test.each([
    ['text', 'input_text_tokens', 'input_cache_read_text_tokens'],
    ['audio', 'input_audio_tokens', 'input_cache_read_audio_tokens'],
    ['image', 'input_image_tokens', 'input_cache_read_image_tokens'],
    ['video', 'input_video_tokens', 'input_cache_read_text_tokens'],
  ])('is closed under overlap: %s that was cached has one unit', (modality, uncached, cached) => {
    expect([UNITS.filter((unit) => unit === uncached), UNITS.filter((unit) => unit === cached)]).toEqual([[uncached], [cached]]);
    const details = (tokenCount: number) => [{ modality: modality.toUpperCase(), tokenCount }];
    const reading = readGemini({
      promptTokenCount: 10,
      candidatesTokenCount: 1,
      cachedContentTokenCount: 4,
      promptTokensDetails: details(10),
      cacheTokensDetails: details(4),
    });
    expect(reading).toEqual({ kind: 'ok', parts: [{ usage: { [uncached]: 6, [cached]: 4, output_text_tokens: 1 } }] });
  });

  test('names tokens what ends in tokens', () => {
    expect(UNITS.filter(isTokenUnit)).toEqual(UNITS.filter((unit) => unit.endsWith('_tokens')));
  });
});

describe('reads counts', () => {
  test.each([
    ['a safe integer', { input_text_tokens: 12 }, ['12']],
    ['decimal text that is whole', { input_text_tokens: '12.00' }, ['12']],
    ['zero, also negative zero', { input_text_tokens: -0 }, ['0']],
    ['a fraction where fractions occur', { compute_seconds: '0.250' }, ['0.25']],
    ['a fraction of a custom unit', { kitchen_sinks: '1.5' }, ['1.5']],
    ['the largest count', { requests: Number.MAX_SAFE_INTEGER }, ['9007199254740991']],
  ])('%s', (_name, usage, expected) => {
    expect(read(usage)).toEqual(expected);
    expect(readUsage(usage).isValid).toBe(true);
  });

  test.each([
    ['count-negative', -1],
    ['count-negative', '-1'],
    ['count-negative', -0.5],
    ['count-negative', Number.NEGATIVE_INFINITY],
    ['count-not-whole', 0.5],
    ['count-not-whole', '0.5'],
    ['count-too-large', 2 ** 53],
    ['count-too-large', '9007199254740992'],
    ['count-malformed', Number.NaN],
    ['count-malformed', Number.POSITIVE_INFINITY],
    ['count-malformed', ''],
    ['count-malformed', '1e6'],
    ['count-malformed', '12 tokens'],
  ] as const)('and says %s of %s', (reason, value) => {
    expect(read({ output_text_tokens: value })).toEqual([reason]);
    expect(readUsage({ output_text_tokens: value }).isValid).toBe(false);
  });

  test('refuses a number with a fraction even where text may have one: it was a float somewhere', () => {
    expect(read({ compute_seconds: 0.25 })).toEqual(['count-malformed']);
  });

  test.each([null, {}, [], true, 12n])('refuses %s, which is no count', (value) => {
    expect(read({ requests: value as never })).toEqual(['count-malformed']);
  });

  test('leaves out what is undefined', () => {
    expect(read({ input_text_tokens: undefined as never, output_text_tokens: 1 })).toEqual(['1']);
  });
});

describe('reads a usage', () => {
  test('in the order of the registry, custom units behind, however it was written', () => {
    const units = [
      'input_text_tokens',
      'input_cache_read_text_tokens',
      'output_text_tokens',
      'web_searches',
      'a_custom',
      'b_custom',
    ];
    fc.assert(
      fc.property(fc.shuffledSubarray(units, { minLength: units.length }), (shuffled) => {
        const usage = Object.fromEntries(shuffled.map((unit) => [unit, 1]));
        expect(readUsage(usage).quantities.map(({ unit }) => unit)).toEqual(units);
      }),
    );
  });

  test('and sums input of all kinds, caches included', () => {
    const usage: Usage = {
      input_text_tokens: 1,
      input_audio_tokens: 20,
      input_cache_read_text_tokens: 300,
      input_cache_write_1h_tokens: 4_000,
      output_text_tokens: 50_000,
      requests: 600_000,
    };
    expect(readUsage(usage).inputTokens).toBe(4_321);
  });

  test('and refuses input that together exceeds the largest count', () => {
    const usage: Usage = { input_text_tokens: Number.MAX_SAFE_INTEGER, input_audio_tokens: 1, output_text_tokens: 1 };
    expect(read(usage)).toEqual(['count-too-large', 'count-too-large', '1']);
  });

  test('and refuses more units, or longer names, than any call has', () => {
    const many = Object.fromEntries(Array.from({ length: 129 }, (_, index) => [`unit_${index}`, 1]));
    expect(read(many)).toEqual(['usage-too-large']);
    expect(read({ ['x'.repeat(257)]: 1 })).toEqual(['usage-too-large']);
  });
});
