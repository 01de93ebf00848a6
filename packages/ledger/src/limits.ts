/**
 * Spans of one parent that a span is compared with, to find whether two instrumentations report one call. A parent with more
 * calls that are open at the same time, by several instrumentations and without ids, does not occur outside of load tests.
 */
export const siblingsComparedMax = 64;

/**
 * Spans above a call that are looked at, to find another instrumentation's span of it, or its request, higher up: the chains and
 * steps that kits put around a call, with room.
 */
export const ancestorsComparedMax = 32;

/**
 * Largest amount of one entry, in whole units of the currency: 10^15, above what any call costs in any currency. What is above it
 * has no price. A file holds sums of 64 bits, which is 9,223 of these.
 */
export const entryAmountMax = 1_000_000_000_000_000n;
