/**
 * Spans of one parent that a span is compared with, to find whether two instrumentations report one call. A parent with more
 * calls that are open at the same time, by several instrumentations and without ids, does not occur outside of load tests.
 */
export const siblingsComparedMax = 64;
