/** Characters of one input line of `costspan price`. A request with an inline book of a few thousand rows has about a megabyte. */
export const LINE_CHARACTERS_MAX = 4_194_304;

/** Inline books kept compiled: test suites send the same book with thousands of lines. */
export const INLINE_BOOKS_MAX = 32;

/** Characters of output collected before they are written. */
export const OUTPUT_CHARACTERS_MAX = 65_536;

/** Names suggested for one that no book knows. */
export const SUGGESTIONS_MAX = 5;

/** Characters that a suggested name and the one asked for share at the start. */
export const SHARED_START_MIN = 3;
