import type { OwnTrace } from '../facts/read-packed-facts.ts';
import { plainTraceBytesMax } from './limits.ts';
import { keepRecent } from './recent.ts';
import type { TraceIdentity } from './trace-rows.ts';

/** An open trace of the file in which there is nothing to weigh so far. */
export type PlainTrace = {
  readonly key: bigint;
  /** Its spans as requests brought them; none of them came twice. */
  readonly parts: readonly OwnTrace[];
};

/**
 * Plain traces that were written last, so that what comes next of one, as spans of an agent do that works for minutes, is decided
 * without reading the trace again. A copy of what the file says: whoever changes such a trace in another way removes it.
 */
export type PlainTraces = {
  readonly get: (trace: TraceIdentity) => PlainTrace | undefined;
  readonly put: (trace: TraceIdentity, plain: PlainTrace) => void;
  readonly remove: (trace: TraceIdentity) => void;
  readonly clear: () => void;
  /** Forgets traces that were not written to for long. */
  readonly age: () => void;
};

/** What a trace takes besides the bytes of its spans, about. */
const traceBytes = 768;

/** Begins without any. */
export function keepPlainTraces(): PlainTraces {
  const traces = keepRecent<string, PlainTrace>(plainTraceBytesMax, bytesOf);
  return {
    get: (trace) => traces.get(keyOf(trace)),
    put: (trace, plain) => traces.set(keyOf(trace), plain),
    remove: (trace) => traces.delete(keyOf(trace)),
    clear: traces.clear,
    age: traces.age,
  };
}

function bytesOf({ parts }: PlainTrace): number {
  let sum = traceBytes;
  for (const { record } of parts) sum += record.length;
  return sum;
}

function keyOf({ tenant, traceId }: TraceIdentity): string {
  return traceId + tenant;
}
