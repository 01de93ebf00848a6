import type { DatabaseSync } from 'node:sqlite';
import { joinPico } from '@costspan/pricing';
import { bucketOf } from './cost-buckets.ts';
import { closingKindsMax, prunedSumsMax } from './limits.ts';
import { prepare, type SqlValue } from './sql.ts';

/** Stands for types, outcomes and agents beyond the number that is counted apart. */
export const others = '(others)';

/** What is counted of an item that closes. */
export type ClosingItem = {
  readonly type: string;
  readonly outcome: string;
  readonly total_whole: bigint;
  readonly total_pico: bigint;
};

/** Sums that outlive the rows they were made of, so that metrics never fall because something was forgotten. */
export type KeptSums = {
  /** Adds the live entries of a trace that is about to be pruned. */
  readonly addPruned: (traceKey: bigint) => void;
  /** Counts an item that closes. One that is opened again and closes again counts again. */
  readonly addClosing: (item: ClosingItem) => void;
};

/** Columns that tell entries apart as the metrics do; empty text where there is none. Needs `items` and `kinds`. */
export const kindColumns =
  "coalesce(items.type, '') AS type, coalesce(items.outcome, '') AS outcome, agent, category, status, waste, unpriced_reasons";

type PrunedKind = {
  readonly type: string;
  readonly outcome: string;
  readonly agent: string;
  readonly category: string;
  readonly status: string;
  readonly waste: bigint;
  readonly unpriced_reasons: string;
  readonly entries: bigint;
  readonly whole: bigint;
  readonly pico: bigint;
};

/** Prepares the statements over kept sums. They belong into the transaction that forgets what is summed. */
export function prepareKeptSums(database: DatabaseSync): KeptSums {
  return { addPruned: prepareAddPruned(database), addClosing: prepareAddClosing(database) };
}

function prepareAddPruned(database: DatabaseSync): KeptSums['addPruned'] {
  const kinds = prepare<PrunedKind>(
    database,
    `SELECT ${kindColumns}, count(*) AS entries, sum(amount_whole) AS whole, sum(amount_pico) AS pico
     FROM versions JOIN kinds USING (kind_key) LEFT JOIN items USING (item_key)
     WHERE trace_key = ? AND voided_at_ns IS NULL GROUP BY 1, 2, 3, 4, 5, 6, 7`,
  );
  const rows = prepareCount(database, 'SELECT count(*) AS found FROM pruned_sums');
  const isKnown = prepareCount(
    database,
    `SELECT count(*) AS found FROM pruned_sums WHERE type = ? AND outcome = ? AND agent = ? AND category = ? AND status = ?
       AND waste = ? AND unpriced_reasons = ?`,
  );
  // Parts below one stay below one: what they add up to moves into the whole.
  const add = prepare(
    database,
    `INSERT INTO pruned_sums (type, outcome, agent, category, status, waste, unpriced_reasons, entries, amount_whole, amount_pico)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET entries = entries + excluded.entries,
       amount_whole = amount_whole + excluded.amount_whole + (amount_pico + excluded.amount_pico) / ${picoPerWhole},
       amount_pico = (amount_pico + excluded.amount_pico) % ${picoPerWhole}`,
  );
  return (traceKey) => {
    for (const { entries, whole, pico, ...kind } of kinds.all(traceKey)) {
      const { category, status, waste, unpriced_reasons: reasons } = kind;
      const chosen = [kind.type, kind.outcome, kind.agent];
      const fixed = [category, status, waste, reasons];
      const isOwn = rows() < prunedSumsMax || isKnown(...chosen, ...fixed) > 0;
      const named = isOwn ? chosen : [others, others, others];
      add.run(...named, ...fixed, entries, whole + pico / picoPerWhole, pico % picoPerWhole);
    }
  };
}

function prepareAddClosing(database: DatabaseSync): KeptSums['addClosing'] {
  const kinds = prepareCount(database, 'SELECT count(*) AS found FROM (SELECT DISTINCT type, outcome FROM closings)');
  const isKnown = prepareCount(database, 'SELECT count(*) AS found FROM closings WHERE type = ? AND outcome = ?');
  const add = prepare(
    database,
    `INSERT INTO closings (type, outcome, bucket, items, total_whole, total_pico) VALUES (?, ?, ?, 1, ?, ?)
     ON CONFLICT DO UPDATE SET items = items + 1,
       total_whole = total_whole + excluded.total_whole + (total_pico + excluded.total_pico) / ${picoPerWhole},
       total_pico = (total_pico + excluded.total_pico) % ${picoPerWhole}`,
  );
  return ({ type, outcome, total_whole: whole, total_pico: pico }) => {
    const isOwn = isKnown(type, outcome) > 0 || kinds() < closingKindsMax;
    const kind = isOwn ? [type, outcome] : [others, others];
    add.run(...kind, bucketOf(joinPico(whole, pico)), whole, pico);
  };
}

const picoPerWhole = joinPico(1n, 0n);

function prepareCount(database: DatabaseSync, sql: string): (...parameters: readonly SqlValue[]) => number {
  const statement = prepare<{ found: bigint }>(database, sql);
  return (...parameters) => Number(statement.one(...parameters)?.found ?? 0n);
}
