/** Entries of one request: as many as the service takes. */
export const entriesPerRequest = 1_000;

/** Time a request may take: a thousand spans are priced and written in well under a second, a busy disk may need more. */
export const requestTimeoutMs = 60_000;

/** Bytes of a file that is imported: about two million lines. Larger ones come in parts. */
export const importBytesMax: number = 256 * 1024 * 1024;

/** Bad lines that are told one by one; the rest is counted. */
export const badLinesMax = 20;
