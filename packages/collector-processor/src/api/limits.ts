/** Entries of one request to the API: each becomes a span, and a thousand of them are a fraction of a megabyte. */
export const submittedEntriesMax = 1_000;

/** Problems of one request that are told one by one; the rest is counted. */
export const problemsMax = 100;

/** Characters of a key that makes a submission idempotent: room for a URL of the system it comes from. */
export const idempotencyKeyCharactersMax = 512;

/** Longest touch time of one handoff, as the SDK takes it: beyond a month a number is a mistake. */
export const touchMsMax: number = 31 * 24 * 60 * 60_000;

/** Characters of a token; the SDK makes none that is longer. */
export const tokenCharactersMax = 8_000;

/** How far ahead of our clock an entry may be dated: time zones that were left out, not years. */
export const aheadNsMax = 86_400_000_000_000n;

/** Open handoffs of one answer: a page of a form, and a few dozen kilobytes. */
export const handoffsPerPageMax = 100;

/** Handoffs that one request looks at, finished ones among them: some milliseconds of the thread that takes requests. */
export const handoffsLookedAtMax = 1_000;
