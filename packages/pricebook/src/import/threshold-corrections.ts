import type { PriceRow, When } from '@costspan/pricing';

type Correction = {
  readonly provider: string;
  readonly inputAbove: number;
  readonly source: NonNullable<PriceRow['source']>;
};

/**
 * Boundaries that upstream and the provider's own pages tell differently. Upstream reads OpenAI's price table, "<272K", as
 * "272,000 tokens pay the long-context rate"; the page of every model concerned says "prompts with >272K input tokens".
 */
const STRICT_THRESHOLDS: readonly Correction[] = [
  {
    provider: 'openai',
    inputAbove: 272_000,
    source: { url: 'https://developers.openai.com/api/docs/models/gpt-5.6-terra', retrieved_at: '2026-09-19' },
  },
];

/** The condition and source to use instead, or undefined where upstream is right. */
export function correctThreshold(
  provider: string,
  when: When | undefined,
): { readonly when: When; readonly source: NonNullable<PriceRow['source']> } | undefined {
  const correction = STRICT_THRESHOLDS.find((known) => known.provider === provider && known.inputAbove === when?.input_above);
  if (correction === undefined || when?.threshold_inclusive !== true) return undefined;
  const { threshold_inclusive: _, ...strict } = when;
  return { when: strict, source: correction.source };
}
