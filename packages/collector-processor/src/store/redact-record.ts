import type { CostRecord } from '@costspan/ledger';
import { UNITS } from '@costspan/semconv';
import type { Redaction } from '../config/config.ts';

type Withheld = 'usage' | 'spans' | 'lowPico' | 'highPico' | 'wastePico' | 'lastSpanNs';

/** A record as one destination may see it. What is absent was left out, and is not 0. */
export type RedactedRecord = Omit<CostRecord, Withheld> & {
  readonly [Name in Withheld]?: CostRecord[Name] | undefined;
} & {
  /** What the destination does not get to see of any record; absent: it sees everything. */
  readonly redaction?: Redaction;
  /** Present where the cost of people is missing in the totals. */
  readonly withoutHuman?: true;
};

/**
 * The record without what a destination must not see, and without everything it could be worked out from: a total divided by
 * its usage is a price, one divided by the number of its calls as well, and of a single machine one divided by the time
 * between its first and last span. A record does not say which layers its prices came from, so for contract prices the same
 * is left out.
 */
export function redactRecord(record: CostRecord, redaction: Redaction): RedactedRecord {
  if (redaction.length === 0) return record;
  const told = redaction.includes('human_amounts') ? withoutHuman(record) : record;
  if (!redaction.includes('rates') && !redaction.includes('contract_prices')) return { ...told, redaction };
  const { usage: _usage, spans: _spans, lastSpanNs: _lastSpanNs, ...rest } = told;
  return { ...rest, redaction };
}

/**
 * The record without what people cost. Bounds and waste are not known by category: where they may hold a part of it, the
 * difference to the total would tell, so they are left out too.
 */
function withoutHuman(record: CostRecord): RedactedRecord {
  const { totalPico, lowPico, highPico, wastePico, byCategory, usage } = record;
  if (byCategory.human === undefined && record.unpricedByCategory.human === undefined && !('human_ms' in usage)) return record;
  const { human: humanPico = 0n, ...others } = byCategory;
  // Units of our own that are not a person's stay; one that somebody made up may be a person's.
  const usageOfOthers = Object.fromEntries(Object.entries(usage).filter(([unit]) => neverHuman.has(unit)));
  const left = totalPico - humanPico;
  return {
    ...record,
    totalPico: left,
    lowPico: lowPico === totalPico ? left : undefined,
    highPico: highPico === totalPico ? left : undefined,
    wastePico: wastePico === 0n ? 0n : undefined,
    byCategory: others,
    usage: usageOfOthers,
    complete: false,
    withoutHuman: true,
  };
}

const neverHuman: ReadonlySet<string> = new Set(UNITS.filter((unit) => unit !== 'human_ms'));
