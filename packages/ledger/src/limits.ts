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
