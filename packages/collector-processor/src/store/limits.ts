const minuteMs = 60_000;
const hourMs: number = 60 * minuteMs;
const dayMs: number = 24 * hourMs;

/** Every bound of the ledger file and its thread, with its reason. Values an option may change are defaults. */

/** Default time after the last span of a trace until its attribution is frozen: spans of one trace rarely arrive further apart. */
export const traceWindowMs: number = hourMs;

/** Default time entries are kept after their trace was last written to: longer than any queue of a sender holds a span back. */
export const retentionMs: number = 30 * dayMs;

/** Facts that share one commit. One fsync is paid for all; more would make the first wait for the last. */
export const commitFactsMax = 2048;

/** Facts waiting for the ledger's thread. Above it senders are told to come back: about 200 MiB, one second of work or more. */
export const pendingFactsMax = 65_536;

/**
 * Facts of one trace that are decided together. Each request decides the trace anew, so a trace without end would cost
 * ever more; beyond this it closes early and later spans are decided by what they carry.
 */
export const traceFactsMax = 10_000;

/** Traces found in memory alone, and at most twice as many: 5 MiB. The more, the more of them share a page of the file's index. */
export const recentTracesMax = 16_384;

/**
 * Versions of entries a trace may hold before further spans of it are left out and counted: one million less than their numbers
 * have room for, which is more than a request brings. A sender that gives all of its spans one trace id is at it some day.
 */
export const traceVersionsMax: number = 2 ** 24 - 2 ** 20;

/** Spans looked at for one call or handoff id of a late span. Some servers give every answer the same id. */
export const twinsMax = 256;

/** Traces closed, or pruned, in one transaction, so that commits of senders come in between. */
export const dueTracesMax = 256;

/** Time to wait for a reader that blocks a write, which only a checkpoint can do. */
export const busyTimeoutMs = 5_000;

/** Size up to which every page of the file is checked when it is opened: about one second. Above it `costspan ledger verify` does. */
export const checkedFileBytesMax: number = 256 * 1024 * 1024;

/** Memory for pages of the file: the indexes of a few million entries. SQLite's own 2 MiB make every commit read them again. */
export const cacheKibibytes: number = 64 * 1024;

/** Pages of the write-ahead log before it is moved into the file: 16 MiB, so that a reader never has to search a long log. */
export const walPagesMax = 4_096;

/** Problems of a damaged ledger that are told one by one; the rest is counted. */
export const problemsMax = 100;

/** Characters of a text in an event of another ledger: four times what the meter keeps of any name. */
export const receivedTextMax = 1_024;

/** Lines, price ids or reasons of one received entry: a span has at most a line for each unit it used, and discounts on them. */
export const receivedLinesMax = 256;

/** Decisions of one span that another ledger may send: twice what a meter keeps of it. */
export const receivedSpanEventsMax = 128;

/** Attributes of one received decision: twice what a meter keeps of it. */
export const receivedAttributesMax = 64;

/** Events of the ledger that are sent in one request: about 1 MiB, as entries carry their receipts. */
export const outgoingEventsMax = 256;

/** Work items kept in memory, those that were used last: about 2 KiB each, and at most twice as many. */
export const itemRowsMax = 4_096;

/** Facts of open traces kept in memory, so that what comes next of a trace need not be read again: 25 MiB at most. */
export const openTraceFactsMax = 4_096;

/** Memory for plain traces that were written last, and at most twice as much: some five thousand turns of agents. */
export const plainTraceBytesMax: number = 8 * 1024 * 1024;

/** Entries priced anew that are in memory at once. */
export const repricedPerPassMax = 20_000;

/** Entries summed in one step for the metrics: what SQLite sorts for it stays below 10 MiB, however large the file is. */
export const summedEntriesMax = 50_000;

/** Rows of sums of pruned entries. Senders choose types, outcomes and agents; further ones are summed together. */
export const prunedSumsMax = 10_000;

/** Pairs of type and outcome whose closings are counted apart. Senders choose both; further ones are counted together. */
export const closingKindsMax = 500;

/** Kinds of entries that are told apart. Senders choose providers, models and agents; further ones are summed together. */
export const kindsMax = 50_000;

/** Rows a report visits in one step: what Node keeps of them meanwhile, about 100 bytes of each, stays below 1 MiB. */
export const visitedRowsMax = 8_192;

/**
 * Young generation of the ledger's thread, mebibytes. V8 would let it grow to four times that before it looks at what is left of
 * requests, of which there is nothing: more memory for no less work.
 */
export const ledgerYoungMebibytes = 24;
