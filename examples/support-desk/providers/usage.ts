import type { FakeUsage } from '@costspan/testkit';

/** Tokens of the support desk's system prompt, and of the policy text that goes with every claim. */
const systemPromptTokens = 1_280;
const policyTokens = 4_096;

/** What deciding the topic of a ticket uses: a short prompt, one word of answer. */
export const triageUsage = (item: number): FakeUsage => ({ input_text_tokens: 210 + item, output_text_tokens: 4 });

/** What answering a ticket uses: the system prompt comes from the provider's cache, the model reasons first. */
export const answerUsage = (item: number): FakeUsage => ({
  input_text_tokens: 340 + 7 * item,
  input_cache_read_text_tokens: systemPromptTokens,
  output_text_tokens: 120 + 3 * item,
  output_reasoning_tokens: 64 * (2 + (item % 4)),
});

/** The same from a model without reasoning and without a cache. */
export const plainUsage = (item: number): FakeUsage => ({
  input_text_tokens: systemPromptTokens + 340 + 7 * item,
  output_text_tokens: 120 + 3 * item,
});

/** What assessing a claim uses when the policy text is in the provider's cache. */
export const cacheReadUsage = (item: number): FakeUsage => ({
  ...assessment(item),
  input_cache_read_text_tokens: policyTokens,
});

/** The same when the policy text has to be written into the cache first. */
export const cacheWriteUsage = (item: number): FakeUsage => ({
  ...assessment(item),
  input_cache_write_5m_tokens: policyTokens,
});

const assessment = (item: number): FakeUsage => ({
  input_text_tokens: 260 + 5 * item,
  output_text_tokens: 90 + 2 * item,
  output_reasoning_tokens: 128 * (1 + (item % 3)),
});
