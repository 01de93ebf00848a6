import type { Contribution } from '@costspan/ledger';
import type { StoredEntry } from './entry-rows.ts';
import { openTraceFactsMax } from './limits.ts';
import type { KnownFact, TraceIdentity, TraceRow } from './trace-rows.ts';

/** A trace of the file that is open, as its rows have it. */
export type OpenTrace = {
  readonly row: TraceRow;
  /** The fact that counts of each span, by span id. */
  readonly known: ReadonlyMap<string, KnownFact>;
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
};

/** Begins without any. Beyond a number of facts those that were written longest ago go. */
export function keepOpenTraces(): OpenTraces {
  const traces = new Map<string, OpenTrace>();
  let facts = 0;
  const remove = (key: string): void => {
    facts -= traces.get(key)?.known.size ?? 0;
    traces.delete(key);
  };
  return {
    get: (trace) => traces.get(keyOf(trace)),
    put: (trace, open) => {
      const key = keyOf(trace);
      remove(key);
      traces.set(key, open);
      facts += open.known.size;
      for (const oldest of traces.keys()) {
        if (facts <= openTraceFactsMax) break;
        remove(oldest);
      }
    },
    remove: (trace) => remove(keyOf(trace)),
    clear: () => {
      traces.clear();
      facts = 0;
    },
  };
}

function keyOf({ tenant, traceId }: TraceIdentity): string {
  return traceId + tenant;
}
