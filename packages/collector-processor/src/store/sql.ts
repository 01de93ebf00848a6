import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** A value a column of the ledger holds. Integers always come as bigint: amounts and nanoseconds pass 2^53. */
export type SqlValue = string | bigint | Uint8Array | null;

/** A prepared statement whose rows have the type its caller knows from the schema. */
export type Statement<Row> = {
  readonly one: (...parameters: readonly SqlInput[]) => Row | undefined;
  readonly all: (...parameters: readonly SqlInput[]) => readonly Row[];
  readonly each: (...parameters: readonly SqlInput[]) => Iterable<Row>;
  /** Runs it and returns the key of the row it inserted, if it did. */
  readonly run: (...parameters: readonly SqlInput[]) => bigint;
  /** Runs it and returns the key of the row it inserted; undefined if it did not. */
  readonly added: (...parameters: readonly SqlInput[]) => bigint | undefined;
  /** Runs it and returns whether it changed anything. */
  readonly changes: (...parameters: readonly SqlInput[]) => boolean;
};

type SqlInput = string | bigint | number | Uint8Array | null;

/**
 * Prepares a statement that reads every integer as bigint. Parameters are plain `?`: Node 22 takes `?1` for a name and does
 * not bind it by position.
 */
export function prepare<Row extends Readonly<Record<string, SqlValue>>>(database: DatabaseSync, sql: string): Statement<Row> {
  const statement: StatementSync = database.prepare(sql);
  statement.setReadBigInts(true);
  return {
    one: (...parameters) => statement.get(...parameters) as Row | undefined,
    all: (...parameters) => statement.all(...parameters) as unknown as Row[],
    each: (...parameters) => statement.iterate(...parameters) as Iterable<unknown> as Iterable<Row>,
    changes: (...parameters) => Number(statement.run(...parameters).changes) > 0,
    added: (...parameters) => {
      const { changes, lastInsertRowid } = statement.run(...parameters);
      return Number(changes) > 0 ? BigInt(lastInsertRowid) : undefined;
    },
    run: (...parameters) => BigInt(statement.run(...parameters).lastInsertRowid),
  };
}

/** Runs the work in one transaction: all of it is durable when this returns, or nothing of it ever was. */
export function inTransaction<Value>(database: DatabaseSync, work: () => Value): Value {
  database.exec('BEGIN IMMEDIATE');
  try {
    const value = work();
    database.exec('COMMIT');
    return value;
  } catch (error) {
    // After some faults, such as a full disk, SQLite has rolled back already and says so; the first error is the one to tell.
    if (database.isTransaction !== false) {
      try {
        database.exec('ROLLBACK');
      } catch {}
    }
    throw error;
  }
}
