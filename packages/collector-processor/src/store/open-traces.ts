import type { Contribution, SpanFact } from '@costspan/ledger';
import type { StoredEntry } from './entry-rows.ts';
import { openTraceFactsMax } from './limits.ts';
import { keepRecentTraces, type RecentTraces } from './recent-traces.ts';
import type { TraceRow } from './trace-rows.ts';

/** A trace of the file that is open, as its rows have it. */
export type OpenTrace = {
  readonly row: TraceRow;
  /** The fact that counts of each span, by span id. */
  readonly known: ReadonlyMap<string, SpanFact>;
  /** Latest versions of its entries. */
  readonly stored: readonly StoredEntry[];
  /** What it contributes, by item key. */
  readonly contributions: ReadonlyMap<bigint, Contribution>;
};

/** Open traces that were decided from all of their facts. */
export type OpenTraces = RecentTraces<OpenTrace>;

/** Begins without any. */
export function keepOpenTraces(): OpenTraces {
  return keepRecentTraces(openTraceFactsMax, ({ known }) => known.size);
}
