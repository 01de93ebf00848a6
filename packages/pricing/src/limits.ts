/** Characters of a decimal text. The longest honest price has about 30; more would only cost time in BigInt. */
export const DECIMAL_CHARACTERS_MAX = 64;

/** Characters of any name in a book or request: provider, model, unit, tier, region. Bedrock ARNs stay below 256. */
export const NAME_CHARACTERS_MAX = 256;

/** Characters of free text in a book: sources, notes. */
export const TEXT_CHARACTERS_MAX = 2_048;

/** Rows of one list of a book. The whole public catalog has about 10,000. */
export const ROWS_MAX = 200_000;

/** Problems reported for one book; the rest is counted. A wrong indent can make every row wrong. */
export const ISSUES_MAX = 200;

/** Largest count of a unit: 2^53 - 1, beyond which JSON numbers lose digits. */
export const COUNT_MAX: number = Number.MAX_SAFE_INTEGER;

/** Units in one usage. The registry has 34; custom units come on top. */
export const USAGE_UNITS_MAX = 128;

/**
 * Resolutions of (provider, model, tier, region) per generation of the memo; two generations are kept. One takes 1 to 2 KB.
 * The names come from senders, so without a bound they would fill the memory. A production process sees a few dozen.
 */
export const MEMO_RESOLUTIONS_MAX = 2_048;

/** Rows under one match of one provider. All pairs of them are checked for ties. */
export const ROWS_PER_MATCH_MAX = 2_000;

/** Patterns of one provider. Pairs of the same weight are compared for ties; the public catalog has 161 at most. */
export const PATTERNS_PER_PROVIDER_MAX = 2_000;

/** Paths into usage objects that are kept split: all readers together name fewer than a hundred. */
export const pathsRememberedMax = 1_000;
