import type { MoneyText } from '../price-request.ts';
import type { Usage } from '../usage.ts';

/** Usage of one model inside one answer. A provider that ran several models for a call yields several parts. */
export type UsagePart = {
  /** Model that produced the part. Absent: the model the answer names. */
  readonly model?: string;
  /** Disjoint counts; never empty. */
  readonly usage: Usage;
  /** Tier the provider served, where its usage says so. Absent: standard, or said elsewhere in the answer. */
  readonly serviceTier?: string;
  /** Region or geography, where the usage says so. */
  readonly region?: string;
  /** Cost the provider reported for the part. */
  readonly reportedCost?: MoneyText;
  /** Reason why the counts are read under an assumption, of readers one of {@link ASSUMPTIONS}; prices of the part are then `estimated`. */
  readonly assumption?: string;
};

/**
 * What a usage object says.
 *
 * - `ok`: counts, at least one part.
 * - `missing`: nothing, or only half of it; unknown is not zero.
 * - `invalid`: something impossible, such as more cached than input tokens. `problem` names the field.
 */
export type UsageReading =
  | { readonly kind: 'ok'; readonly parts: readonly UsagePart[] }
  | { readonly kind: 'missing'; readonly reason: string }
  | { readonly kind: 'invalid'; readonly problem: string };

/** Reads a provider's raw usage object into disjoint counts. Pure; takes anything and never throws. */
export type ReadUsage = (raw: unknown) => UsageReading;
