import type { OwnTrace } from '../facts/read-packed-facts.ts';
import { plainTraceBytesMax } from './limits.ts';
import { keepRecentTraces, type RecentTraces } from './recent-traces.ts';

/** An open trace of the file in which there is nothing to weigh so far. */
export type PlainTrace = {
  readonly key: bigint;
  /** Its spans as requests brought them; none of them came twice. */
  readonly parts: readonly OwnTrace[];
};

/** Open traces that were plain: agents work for minutes, and send a few spans at a time. */
export type PlainTraces = RecentTraces<PlainTrace>;

/** What a trace takes besides the bytes of its spans, about. */
const traceBytes = 768;

/** Begins without any. */
export function keepPlainTraces(): PlainTraces {
  return keepRecentTraces(plainTraceBytesMax, ({ parts }) => parts.reduce((sum, { record }) => sum + record.length, traceBytes));
}
