/** Names that providers give the tier without a surcharge or discount. */
const STANDARD_TIERS: readonly string[] = ['default', 'standard', 'on_demand'];

/** The tier that served a call, or undefined when it was the standard one. */
export const servedTier = (tier: string | undefined): string | undefined =>
  tier === undefined || STANDARD_TIERS.includes(tier) ? undefined : tier;
