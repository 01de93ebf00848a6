import type { Contribution, SpanFact } from '@costspan/ledger';
import type { StoredEntry } from './entry-rows.ts';
import { openTraceFactsMax } from './limits.ts';
import { keepRecent } from './recent.ts';
import type { TraceIdentity, TraceRow } from './trace-rows.ts';

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

/**
 * Open traces that were written last, so that what comes next of one need not be read again. A copy of what the file says:
 * whoever changes rows of traces in another way, or fails to, clears it.
 */
export type OpenTraces = {
  readonly get: (trace: TraceIdentity) => OpenTrace | undefined;
  readonly put: (trace: TraceIdentity, open: OpenTrace) => void;
  readonly remove: (trace: TraceIdentity) => void;
  readonly clear: () => void;
  /** Forgets traces that were not written to for long. */
  readonly age: () => void;
};

/** Begins without any. */
export function keepOpenTraces(): OpenTraces {
  const traces = keepRecent<string, OpenTrace>(openTraceFactsMax, ({ known }) => known.size);
  return {
    get: (trace) => traces.get(keyOf(trace)),
    put: (trace, open) => traces.set(keyOf(trace), open),
    remove: (trace) => traces.delete(keyOf(trace)),
    clear: traces.clear,
    age: traces.age,
  };
}

function keyOf({ tenant, traceId }: TraceIdentity): string {
  return traceId + tenant;
}
