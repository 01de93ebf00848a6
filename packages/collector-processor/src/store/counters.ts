import type { LedgerFile } from './ledger-file.ts';
import { prepare } from './sql.ts';

/** What the ledger counts about what it could not treat like the rest. Counts stay with the file. */
export const counterNames = [
  'late_spans',
  'spans_beyond_retention',
  'spans_beyond_trace',
  'events_beyond_retention',
  'traces_without_root',
  'telemetry_after_close',
] as const;

export type CounterName = (typeof counterNames)[number];

/** Counters in the file. */
export type Counters = {
  readonly add: (counts: Readonly<Partial<Record<CounterName, number>>>) => void;
  readonly read: () => Readonly<Record<CounterName, number>>;
};

/** Prepares the statements over the counters of a file. */
export function prepareCounters({ database }: Pick<LedgerFile, 'database'>): Counters {
  const add = prepare(
    database,
    'INSERT INTO counters (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = value + excluded.value',
  );
  return {
    add: (counts) => {
      for (const [name, count] of Object.entries(counts)) {
        if (count > 0) add.run(name, count);
      }
    },
    read: () => readCounters(database),
  };
}

/** Every counter of a file; 0 for what never happened. */
export function readCounters(database: LedgerFile['database']): Readonly<Record<CounterName, number>> {
  const value = prepare<{ value: bigint }>(database, 'SELECT value FROM counters WHERE name = ?');
  const of = (name: CounterName): number => Number(value.one(name)?.value ?? 0n);
  return {
    late_spans: of('late_spans'),
    spans_beyond_retention: of('spans_beyond_retention'),
    spans_beyond_trace: of('spans_beyond_trace'),
    events_beyond_retention: of('events_beyond_retention'),
    traces_without_root: of('traces_without_root'),
    telemetry_after_close: of('telemetry_after_close'),
  };
}
