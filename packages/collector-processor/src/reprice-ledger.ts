import type { CostFact } from '@costspan/ledger';
import { type Clock, systemClock } from './clock.ts';
import { createLedgerEngine } from './store/ledger-engine.ts';
import { openLedgerFile } from './store/ledger-file.ts';
import { openLedgerReader } from './store/ledger-reader.ts';
import { repricedPerPassMax, retentionMs, traceWindowMs } from './store/limits.ts';
import { applyRepricings, type RepriceOptions, type Repricing, repricings } from './store/reprice.ts';

/** What pricing entries of a ledger file anew works with. */
export type RepriceLedgerOptions = RepriceOptions & {
  readonly file: string;
  /** Told of every entry in question, before anything is changed. */
  readonly onRepricing: (repricing: Repricing) => void;
  /** Told once all entries were shown; what changes is booked unless it says no. */
  readonly isWanted: () => boolean;
  readonly clock?: Pick<Clock, 'nowNs'>;
};

/**
 * Prices entries of a ledger file anew and books what changes, unless it is not wanted. Returns how many entries changed.
 * Looking works beside a service that writes the file; booking needs the file for itself. Throws a CostspanError.
 */
export function repriceLedger({ file, onRepricing, isWanted, clock = systemClock, ...options }: RepriceLedgerOptions): number {
  const currency = showAll(file, options, onRepricing);
  if (!isWanted()) return 0;
  const nowNs = clock.nowNs();
  const ledger = openLedgerFile({ file, currency, nowNs });
  const engine = createLedgerEngine(ledger, { traceWindowMs, retentionMs });
  try {
    // In passes, so that neither all changes are in memory nor a table is read while it is written.
    for (let total = 0; ; ) {
      const changed: CostFact[] = [];
      for (const repricing of repricings(ledger, options)) {
        if (repricing.kind === 'changed') changed.push(repricing.after);
        if (changed.length === repricedPerPassMax) break;
      }
      total += applyRepricings(engine, changed, nowNs);
      if (changed.length < repricedPerPassMax) return total;
    }
  } finally {
    engine.close();
  }
}

/** Shows what is there at one moment; returns the currency of the ledger. */
function showAll(file: string, options: RepriceOptions, onRepricing: (repricing: Repricing) => void): string {
  const reader = openLedgerReader(file);
  try {
    for (const repricing of reader.repricings(options)) onRepricing(repricing);
    return reader.header.currency;
  } finally {
    reader.close();
  }
}
