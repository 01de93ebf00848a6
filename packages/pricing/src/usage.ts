import type { KnownUnit } from '@costspan/semconv';

/** A unit of usage: one that Costspan knows, or a custom name that needs its own price row. */
export type Unit = KnownUnit | (string & {});

/**
 * Disjoint counts by unit. A count is a safe integer, or decimal text such as `"0.25"` where fractions occur.
 * A unit that is absent is unknown or unused, never zero.
 */
export type Usage = Readonly<Partial<Record<Unit, number | string>>>;
