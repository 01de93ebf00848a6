const reasons = {
  'usage-missing': 'Nothing says how much was used. Missing usage is never zero usage.',

  'count-negative': 'A count is below zero.',
  'count-not-whole': 'A count of tokens or pieces has a fraction.',
  'count-too-large': 'A count is above 2^53 - 1, or all input together is.',
  'count-malformed': 'A count is neither a safe integer nor decimal text.',
  'usage-too-large': 'The usage has more units, or longer names of units, than any call has.',
  'usage-contradictory': 'The reader of the usage found it impossible, such as more cached than input tokens.',
  'other-count-invalid': 'Another count of the same usage is impossible, so this one is not trusted either.',
  'declared-cost-invalid': 'The declared cost is no decimal text or below zero.',
  'reported-cost-invalid': 'The cost the provider reported is no decimal text or below zero.',
  'instant-invalid': 'The instant of the request is no time.',

  'provider-unknown': 'No price book has a row of this provider.',
  'model-unknown': 'No row matches the model or SKU. It is never free, and never priced as another model.',
  'fine-tune-unknown': 'A fine-tuned model without a row of its own. The rates of its base model are not its rates.',
  'no-price': 'The model has prices, but none for this unit nor for a unit it may fall back to.',
  'no-price-at-time': 'Rows match, but none was in force at the instant of the call.',
  'no-price-for-tier': 'Rows match, but none for the service tier the provider served.',
  'no-price-for-context':
    'The tier served has a row, but it does not cover an input this long, which the standard tier prices apart.',
  'no-price-for-region': 'Rows match, but only for other regions.',
  'no-price-for-conditions': 'Rows match, but their conditions on input size or time of day do not hold.',
  'price-ambiguous': 'Two patterns of the same weight match the name, so neither is taken.',
  'no-fx': 'No exchange rate into the reporting currency is in force at the instant of the call.',

  'parent-unit-price': 'The unit has no row, so the row of its parent unit stands in.',
  'snapshot-unknown': 'The dated snapshot has no row, so the rows of the undated model stand in.',
  'cache-write-ttl-unknown': 'Cache writes of unknown lifetime: priced at five minutes, one hour is the upper bound.',
  'service-tier-unknown': 'The tier is given as "auto": which one was served is unknown, the standard tier is assumed.',
  'price-is-estimate': 'The row itself is marked as an estimate.',
  'touch-time-default': 'The touch time is unknown, so the default of the role stands in.',

  'outcome-billing-unknown': 'The provider may bill a call that ended like this or not; nothing is the lower bound.',

  'outcome-not-billed': 'The provider bills nothing for a call that ended like this; the list price is kept beside it.',
  'not-billable': 'The provider bills nothing for this call; the list price is kept beside it.',
} as const;

/** One of {@link REASONS}. */
export type Reason = keyof typeof reasons;

/**
 * Why a line or a receipt is not plainly `priced`, with what it means. The set is closed: it labels metrics. Only the reason
 * of a {@link PriceRequest} assumption comes from the caller, who keeps it to a few words of its own.
 */
export const REASONS: Readonly<Record<Reason, string>> = reasons;
