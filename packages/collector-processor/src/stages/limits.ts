/** Bounds of what the meter takes from a span, each with its reason. */

/** Bytes of UTF-8 in the tenant, type or id of a work item: part of every key of the ledger, so it stays small. */
export const ITEM_NAME_BYTES_MAX = 256;

/** Characters kept of a name that only describes: model, span name, scope, agent. Longer ones are cut. */
export const NAME_CHARACTERS_MAX = 256;

/** Dimensions kept of one span; further ones, in the order of their keys, are left out. Reports have a handful. */
export const DIMENSIONS_MAX = 32;

/** Characters of a JSON attribute that is parsed for its usage. A usage object has a few hundred; the rest would be prose. */
export const PAYLOAD_CHARACTERS_MAX: number = 256 * 1024;
