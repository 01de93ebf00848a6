import { keepRecent } from './recent.ts';
import type { TraceIdentity } from './trace-rows.ts';

/**
 * What is kept of traces that were written last, so that what comes next of one need not be read again. A copy of what the file
 * says: whoever changes rows of a trace in another way removes it, and whoever fails to clears all.
 */
export type RecentTraces<Value> = {
  readonly get: (trace: TraceIdentity) => Value | undefined;
  readonly put: (trace: TraceIdentity, value: Value) => void;
  readonly remove: (trace: TraceIdentity) => void;
  readonly clear: () => void;
  /** Forgets traces that were not written to for long. */
  readonly age: () => void;
};

/** Begins without any. `weightOf` says how much of `weightMax` a value takes. */
export function keepRecentTraces<Value>(weightMax: number, weightOf: (value: Value) => number): RecentTraces<Value> {
  const traces = keepRecent<string, Value>(weightMax, weightOf);
  return {
    get: (trace) => traces.get(traceText(trace)),
    put: (trace, value) => traces.set(traceText(trace), value),
    remove: (trace) => traces.delete(traceText(trace)),
    clear: traces.clear,
    age: traces.age,
  };
}

/** Text that two traces share only when they are the same: all ids of traces are of one length. */
export function traceText({ tenant, traceId }: TraceIdentity): string {
  return traceId + tenant;
}
