import type { DatabaseSync } from 'node:sqlite';
import {
  addContributions,
  type Contribution,
  type CostFact,
  canonicalText,
  type DecidedEntry,
  entryOf,
  tallyOf,
} from '@costspan/ledger';
import { attoToPico, decimalToAtto, formatPico, joinPico, parseDecimal } from '@costspan/pricing';
import { prepareKeptContributions } from './kept-contributions.ts';
import { prepareKeptFacts } from './kept-facts.ts';
import { problemsMax } from './limits.ts';
import { prepare } from './sql.ts';
import { prepareTraceIndex } from './trace-index.ts';

/** What checking a ledger found. */
export type LedgerVerdict = {
  readonly entries: number;
  readonly items: number;
  /** At most a hundred problems, in words, each naming what it is about; empty: the ledger is right. */
  readonly problems: readonly string[];
  /** How many problems there are in all. */
  readonly problemCount: number;
};

type Report = (problem: string) => void;

/**
 * Works every record out again: receipts from their lines, entries from their receipts, contributions from live entries and
 * items from contributions; looks every trace up by its id; and has SQLite check the file. Reads everything once and holds one trace at a time.
 */
export function verifyLedger(database: DatabaseSync, currency: string): LedgerVerdict {
  const problems: string[] = [];
  let problemCount = 0;
  const report = (problem: string): void => {
    problemCount += 1;
    if (problems.length < problemsMax) problems.push(problem);
  };
  checkFile(database, report);
  checkTraces(database, report);
  const entries = checkEntries(database, currency, report);
  const items = checkItems(database, report);
  return { entries, items, problems, problemCount };
}

function checkFile(database: DatabaseSync, report: Report): void {
  for (const { integrity_check: finding } of prepare<{ integrity_check: string }>(database, 'PRAGMA integrity_check').each()) {
    if (finding !== 'ok') report(`file: ${finding}`);
  }
}

/** A trace that cannot be found by its id, or that is there twice, would be booked twice. */
function checkTraces(database: DatabaseSync, report: Report): void {
  const traces = prepare<{ trace_key: bigint; tenant: string; trace_id: string }>(
    database,
    'SELECT trace_key, tenant, trace_id FROM traces ORDER BY trace_key',
  );
  const index = prepareTraceIndex(database);
  for (const { trace_key: key, tenant, trace_id: traceId } of traces.each()) {
    const found = index.keyOf({ tenant, traceId });
    if (found === key) continue;
    report(`trace ${traceId} of ${tenant}: ${found === undefined ? 'the index does not find it' : 'has two rows'}`);
  }
}

type EntryRow = {
  readonly trace_key: bigint;
  readonly item_key: bigint | null;
  readonly version: bigint;
  readonly state: string;
  readonly decision: string;
  readonly amount_whole: bigint;
  readonly amount_pico: bigint;
  readonly fact: Uint8Array;
};

function checkEntries(database: DatabaseSync, currency: string, report: Report): number {
  const rows = prepare<EntryRow>(
    database,
    `SELECT trace_key, item_key, version, state, decision, amount_whole, amount_pico, fact
     FROM entries ORDER BY trace_key, entry_id, version`,
  );
  const contributions = prepare<{ item_key: bigint; body: Uint8Array }>(
    database,
    'SELECT item_key, body FROM contributions WHERE trace_key = ?',
  );
  const { readCost } = prepareKeptFacts(database);
  const kept = prepareKeptContributions(database);
  let count = 0;
  let trace: { readonly key: bigint; readonly live: Map<bigint, DecidedEntry[]> } | undefined;
  const finish = (): void => {
    if (trace !== undefined)
      checkContributions(
        trace,
        contributions.all(trace.key).map(({ item_key: key, body }) => ({ item_key: key, part: kept.read(body) })),
        report,
      );
  };
  let previous: { readonly id: string; readonly version: bigint; readonly state: string } | undefined;
  for (const row of rows.each()) {
    if (trace?.key !== row.trace_key) {
      finish();
      trace = { key: row.trace_key, live: new Map() };
    }
    const entry = checkEntry(row, readCost(row.fact), { currency, report });
    count += 1;
    if (previous?.id === entry.id && previous.state === 'live')
      report(`entry ${entry.id}: version ${previous.version} is live although there is a later one`);
    previous = { id: entry.id, version: row.version, state: row.state };
    if (row.state !== 'live' || row.item_key === null) continue;
    const ofItem = trace.live.get(row.item_key);
    if (ofItem === undefined) trace.live.set(row.item_key, [entry]);
    else ofItem.push(entry);
  }
  finish();
  return count;
}

function checkEntry(
  row: EntryRow,
  fact: CostFact,
  { currency, report }: { readonly currency: string; readonly report: Report },
): DecidedEntry {
  const { receipt } = fact.observation;
  const entry = entryOf(fact, JSON.parse(row.decision), currency);
  const stored = joinPico(row.amount_whole, row.amount_pico);
  if (stored !== entry.amountPico) {
    report(
      `entry ${entry.id}: its row says ${formatPico(stored)}, its receipt and decision make ${formatPico(entry.amountPico)}`,
    );
  }
  let atto = 0n;
  for (const { cost } of receipt.lines) {
    const decimal = cost === undefined ? undefined : parseDecimal(cost);
    if (decimal !== undefined) atto += decimalToAtto(decimal);
  }
  if (attoToPico(atto) !== receipt.amountPico) {
    report(
      `entry ${entry.id}: its receipt says ${formatPico(receipt.amountPico)}, its lines make ${formatPico(attoToPico(atto))}`,
    );
  }
  return entry;
}

function checkContributions(
  trace: { readonly key: bigint; readonly live: ReadonlyMap<bigint, readonly DecidedEntry[]> },
  stored: readonly { readonly item_key: bigint; readonly part: Contribution }[],
  report: Report,
): void {
  const known = new Set(stored.map(({ item_key: key }) => key));
  for (const { item_key: itemKey, part } of stored) {
    const { tally, sighting } = part;
    const counted = tallyOf(trace.live.get(itemKey) ?? []);
    if (canonicalText(counted) !== canonicalText(tally)) {
      report(
        `${sighting.item.type} ${sighting.item.id}: trace ${trace.key} is booked with ${formatPico(tally.totalPico)}, its live entries make ${formatPico(counted.totalPico)}`,
      );
    }
  }
  for (const [itemKey, [entry]] of trace.live) {
    if (!known.has(itemKey)) report(`entry ${entry?.id}: belongs to an item that its trace is not booked with`);
  }
}

type ItemRow = {
  readonly item_key: bigint;
  readonly type: string;
  readonly id: string;
  readonly state: string;
  readonly total_whole: bigint;
  readonly total_pico: bigint;
  readonly contribution: Uint8Array;
  readonly pruned: Uint8Array | null;
};

function checkItems(database: DatabaseSync, report: Report): number {
  const items = prepare<ItemRow>(
    database,
    'SELECT item_key, type, id, state, total_whole, total_pico, contribution, pruned FROM items ORDER BY item_key',
  );
  const parts = prepare<{ body: Uint8Array }>(database, 'SELECT body FROM contributions WHERE item_key = ?');
  const kept = prepareKeptContributions(database);
  let count = 0;
  for (const row of items.each()) {
    count += 1;
    const name = `${row.type} ${row.id}`;
    const bodies = parts.all(row.item_key).map(({ body }) => body);
    const sum = sumOf((row.pruned === null ? bodies : [row.pruned, ...bodies]).map(kept.read));
    const record = kept.read(row.contribution);
    if (sum === undefined) {
      if (row.state !== 'withdrawn') report(`${name}: has a record but no trace is booked with it`);
    } else if (canonicalText(sum) !== canonicalText(record)) {
      report(
        `${name}: its record says ${formatPico(record.tally.totalPico)}, its traces make ${formatPico(sum.tally.totalPico)}`,
      );
    }
    if (joinPico(row.total_whole, row.total_pico) !== record.tally.totalPico)
      report(`${name}: its columns and its record differ`);
  }
  return count;
}

function sumOf(parts: readonly Contribution[]): Contribution | undefined {
  const [first, ...rest] = parts;
  return first === undefined ? undefined : rest.reduce(addContributions, first);
}
