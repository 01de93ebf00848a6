import type { DatabaseSync } from 'node:sqlite';
import { visitedRowsMax } from './limits.ts';
import { prepare, type SqlValue } from './sql.ts';

/** What is done with rows. A statement says which of them gets which. */
export type RowVisitors = {
  /** Called by `visit(...)` in SQL; integers come as numbers and have to be below 2^53. NULL is null. */
  readonly visit?: (...values: readonly unknown[]) => void;
  /** Called by `visit_exactly(...)` in SQL; integers come as bigint. */
  readonly visitExactly?: (...values: readonly unknown[]) => void;
};

/**
 * Runs `SELECT 1 FROM ... WHERE CASE WHEN ... THEN visit(...) END`: SQLite calls the visitor with columns as a function of its
 * own, which takes a quarter of what it takes to fetch a row. CASE, because it evaluates nothing but the branch it takes. A
 * row comes out only now and then, because Node keeps what it hands to a function until one does.
 */
export function visitRows(
  database: DatabaseSync,
  sql: string,
  parameters: readonly (string | bigint)[],
  visitors: RowVisitors,
): void {
  const calls = callsOf(database);
  const before = calls.visitors;
  calls.visitors = visitors;
  try {
    const pauses = prepare<Readonly<Record<string, SqlValue>>>(database, sql)
      .each(...parameters)
      [Symbol.iterator]();
    while (pauses.next().done !== true);
  } finally {
    calls.visitors = before;
  }
}

type Calls = { visitors: RowVisitors };

const ofDatabase = new WeakMap<DatabaseSync, Calls>();

/** Functions of a connection cannot be changed while it reads, so they are made once. */
function callsOf(database: DatabaseSync): Calls {
  const known = ofDatabase.get(database);
  if (known !== undefined) return known;
  const calls: Calls = { visitors: {} };
  let visited = 0;
  const pauses = (): 0 | 1 => {
    visited = (visited + 1) % visitedRowsMax;
    return visited === 0 ? 1 : 0;
  };
  const options = { directOnly: true, varargs: true };
  database.function('visit', options, (...values) => {
    calls.visitors.visit?.(...values);
    return pauses();
  });
  database.function('visit_exactly', { ...options, useBigIntArguments: true }, (...values) => {
    calls.visitors.visitExactly?.(...values);
    return pauses();
  });
  ofDatabase.set(database, calls);
  return calls;
}
