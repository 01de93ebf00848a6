import { usageInAttributes } from '@costspan/testkit';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isToldByTokens, tokenAttributes } from '../../src/spans/usage-attributes.ts';

const count = fc.integer({ min: 1, max: 1e9 });
const units = ['input_text_tokens', 'input_cache_read_text_tokens', 'output_text_tokens', 'output_reasoning_tokens'];

test('token counts tell text in and out, what of it a cache held, and reasoning', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...units), count), (usage) => {
      const names = Object.keys(usage);
      const isWhole = ['input_', 'output_'].every((part) => names.some((unit) => unit.startsWith(part)));
      expect(isToldByTokens(usage)).toBe(isWhole);
      if (isWhole) expect(usageInAttributes({ 'costspan.role': 'call', ...tokenAttributes(usage) })).toEqual(usage);
    }),
  );
});

test.each([
  ['a write to a cache, of which the sum does not tell for how long', { input_cache_write_1h_tokens: 5 }],
  ['sound', { input_audio_tokens: 5 }],
  ['a search', { web_searches: 1 }],
  ['a count that is no whole number', { audio_seconds: '0.5' }],
  ['a count of nothing', { output_reasoning_tokens: 0 }],
])('token counts do not tell of %s', (_, more) => {
  expect(isToldByTokens({ input_text_tokens: 10, output_text_tokens: 2, ...more })).toBe(false);
});
