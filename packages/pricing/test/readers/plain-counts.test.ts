import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CHAT_INPUT, CHAT_OUTPUT, readOpenaiChat } from '../../src/readers/openai-chat.ts';
import { compilePlainCounts, readPlainCounts } from '../../src/readers/plain-counts.ts';
import { readUsageObject } from '../../src/readers/read-usage-object.ts';
import { sumUsage } from '../../src/readers/sum-usage.ts';
import type { UsageReading } from '../../src/readers/usage-reading.ts';

const counts = compilePlainCounts([CHAT_INPUT, CHAT_OUTPUT]);

const slowly = (raw: unknown): UsageReading =>
  readUsageObject(raw, ['prompt_tokens', 'completion_tokens'], (fields) => [
    { usage: sumUsage('input_text_tokens', fields.split(CHAT_INPUT), fields.split(CHAT_OUTPUT)) },
  ]);

const count = fc.oneof(
  { weight: 8, arbitrary: fc.nat(50) },
  fc.constantFrom(null, undefined, -1, 1.5, '3', true, Number.MAX_SAFE_INTEGER, 2 ** 60, [], {}),
);
const details = (...keys: readonly string[]): fc.Arbitrary<unknown> =>
  fc.oneof(
    { weight: 8, arbitrary: fc.record(Object.fromEntries(keys.map((key) => [key, count])), { requiredKeys: [] }) },
    fc.constantFrom(null, undefined, 7, 'text', []),
  );
const usage = fc.oneof(
  {
    weight: 30,
    arbitrary: fc.record(
      {
        prompt_tokens: fc.oneof({ weight: 5, arbitrary: fc.integer({ min: 50, max: 300 }) }, count),
        completion_tokens: fc.oneof({ weight: 5, arbitrary: fc.integer({ min: 50, max: 300 }) }, count),
        prompt_tokens_details: details('cached_tokens', 'audio_tokens', 'image_tokens'),
        completion_tokens_details: details('reasoning_tokens', 'audio_tokens'),
      },
      { requiredKeys: [] },
    ),
  },
  fc.constantFrom<unknown>(undefined, null, 3, 'usage', [], {}),
);

test('a usage object is read the quick way as it is the careful way, and the careful way says what is wrong', () => {
  let quick = 0;
  fc.assert(
    fc.property(usage, (raw) => {
      if (readPlainCounts(raw, counts) !== undefined) quick += 1;
      const [found, expected] = [readOpenaiChat(raw), slowly(raw)];
      expect(found).toEqual(expected);
      // The units in the same order too: it is the order of the attributes.
      expect(JSON.stringify(found)).toBe(JSON.stringify(expected));
    }),
    { numRuns: 500 },
  );
  expect(quick).toBeGreaterThan(50);
});
