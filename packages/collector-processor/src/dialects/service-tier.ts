/** A tier and why it is only assumed. Neither is set where the standard tier served the call. */
export type ServiceTier = { readonly serviceTier?: string; readonly assumption?: string };

/**
 * The tier that served a call. Where the answer does not say, the tier that was asked for is taken as an assumption: a
 * provider may serve another one.
 */
export const serviceTierOf = (served: string | undefined, requested: string | undefined): ServiceTier => {
  if (served !== undefined) return isStandard(served) ? {} : { serviceTier: served };
  if (requested === undefined || requested === 'auto' || isStandard(requested)) return {};
  return { serviceTier: requested, assumption: 'service-tier-requested' };
};

/** Whether a provider gives this name to the tier without a surcharge or discount. */
const isStandard = (tier: string): boolean => STANDARD_TIERS.includes(tier);

const STANDARD_TIERS: readonly string[] = ['default', 'standard', 'on_demand'];
