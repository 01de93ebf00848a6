import { randomUUID } from 'node:crypto';
import { chmodSync, closeSync, existsSync, fsyncSync, openSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { CompletedOutcomes } from '@costspan/ledger';
import { CostspanError } from '../errors.ts';
import { busyTimeoutMs, cacheKibibytes, checkedFileBytesMax, walPagesMax } from './limits.ts';
import { setUpOutgoing } from './outgoing.ts';
import { applicationId, migrations } from './schema.ts';
import { inTransaction, prepare } from './sql.ts';

/** Name that keeps a ledger in memory, for work that leaves no file behind. */
export const inMemory = ':memory:';

export type LedgerFileOptions = {
  /** Path of the SQLite file, made when it is not there, or {@link inMemory}. */
  readonly file: string;
  /** ISO 4217. A ledger holds one currency for ever. */
  readonly currency: string;
  /** Outcomes that complete a unit, by item type, for reports of the file. */
  readonly completed?: CompletedOutcomes;
  /** Whether everything it decides also goes to another ledger. Default: as the file says; a new one keeps it. */
  readonly sendsEntries?: boolean;
  /** Unix nanoseconds. */
  readonly nowNs: bigint;
};

/** A ledger file opened for writing. */
export type LedgerFile = {
  readonly database: DatabaseSync;
  /** UUID of the file. */
  readonly emitter: string;
  readonly currency: string;
  readonly close: () => void;
};

/**
 * Opens the file, brings it to the newest schema, and holds it: a second process that wants to write is refused while one
 * may read. Throws a CostspanError (`ledger-unusable`) for a file that is newer, damaged, foreign or held.
 */
export function openLedgerFile({ file, currency, completed, sendsEntries, nowNs }: LedgerFileOptions): LedgerFile {
  const release = file === inMemory ? () => {} : hold(file);
  let database: DatabaseSync | undefined;
  try {
    if (file !== inMemory) createPrivately(file);
    database = new DatabaseSync(file);
    setUp(database, file);
    migrate(database, { file, nowNs });
    checkPages(database, file);
    const settings = readSettings(database, { currency, nowNs });
    if (settings.currency !== currency) {
      throw unusable(
        file,
        `holds amounts in ${settings.currency}, the configuration says ${currency}; a ledger has one currency: set pricing.currency to ${settings.currency} or name another file`,
      );
    }
    if (completed !== undefined) keepCompleted(database, completed);
    setUpOutgoing(database, sendsEntries);
    return { database, ...settings, close: () => close(database as DatabaseSync, release) };
  } catch (error) {
    close(database, release);
    throw error instanceof CostspanError ? error : unusableBecause(file, error);
  }
}

/** An error that names the file. */
export function unusable(file: string, problem: string, cause?: unknown): CostspanError {
  return new CostspanError('ledger-unusable', `${file}: ${problem}`, cause === undefined ? undefined : { cause });
}

/** What to tell people when SQLite or the file system refused the file. */
export function unusableBecause(file: string, error: unknown): CostspanError {
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : undefined;
  if (code === sqlite.notADatabase) return unusable(file, 'is not a ledger: it is no SQLite file; name another file', error);
  if (code === sqlite.corrupt)
    return unusable(file, `is damaged (${message}); restore it from a backup or start a new file`, error);
  if (code === sqlite.readOnly) return unusable(file, `cannot be written: file or folder is read-only; ${readOnlyAdvice}`, error);
  if (error instanceof Error && 'code' in error && forbidden.has(String(error.code)))
    return unusable(file, `cannot be written: ${message}; check the permissions of file and folder`, error);
  return unusable(file, `cannot be opened as a ledger (${message}); check that the folder exists and can be written`, error);
}

/** SQLite keeps an index of a ledger beside it, also for those who only read. */
const readOnlyAdvice =
  'check the permissions of file and folder, or to read it copy it, with the -wal beside it, to a folder that can be written';

/** What a file system says where this user may not write. */
const forbidden: ReadonlySet<string> = new Set(['EACCES', 'EPERM', 'EROFS']);

const sqlite = { corrupt: 11, notADatabase: 26, readOnly: 8, busy: 5 } as const;

/**
 * Takes the file for this process until released or until the process ends, however it ends. Node has no advisory file
 * locks of its own, SQLite does: an exclusive transaction that is never finished, on an empty file beside the ledger.
 */
function hold(file: string): () => void {
  const lockFile = `${file}-lock`;
  let lock: DatabaseSync;
  try {
    createPrivately(lockFile);
    lock = new DatabaseSync(lockFile);
  } catch (error) {
    throw unusableBecause(file, error);
  }
  try {
    lock.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    throw unusable(file, 'is in use by another costspan process; stop that one or name another file', error);
  }
  return () => lock.close();
}

/** SQLite gives the write-ahead log the mode of the file, so making the file with 0600 keeps all of them private. */
function createPrivately(file: string): void {
  const isNew = !existsSync(file);
  closeSync(openSync(file, 'a', 0o600));
  if ((statSync(file).mode & 0o077) !== 0) chmodSync(file, 0o600);
  if (!isNew || process.platform === 'win32') return;
  // Without this a power loss may forget the name of a file whose contents were synced.
  const folder = openSync(dirname(file), 'r');
  fsyncSync(folder);
  closeSync(folder);
}

function setUp(database: DatabaseSync, file: string): void {
  const { application_id: id } = prepare<{ application_id: bigint }>(database, 'PRAGMA application_id').one() ?? {};
  const { tables = 0n } = prepare<{ tables: bigint }>(database, 'SELECT count(*) AS tables FROM sqlite_schema').one() ?? {};
  if (tables > 0n && id !== BigInt(applicationId)) {
    throw unusable(file, 'is not a ledger: it is a SQLite file of something else; name another file');
  }
  database.exec(`
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA busy_timeout = ${busyTimeoutMs};
PRAGMA wal_autocheckpoint = ${walPagesMax};
PRAGMA cache_size = -${cacheKibibytes};
PRAGMA trusted_schema = OFF;
PRAGMA application_id = ${applicationId};`);
}

function migrate(database: DatabaseSync, { file, nowNs }: { readonly file: string; readonly nowNs: bigint }): void {
  const newest = migrations.at(-1)?.version ?? 0;
  const found = schemaVersion(database);
  if (found > newest) {
    throw unusable(file, `was written by a newer costspan (schema ${found}, this one knows ${newest}); update costspan`);
  }
  if (found === newest) return;
  inTransaction(database, () => {
    database.exec(
      'CREATE TABLE IF NOT EXISTS migrations (version INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at_ns INTEGER NOT NULL) STRICT',
    );
    const applied = prepare(database, 'INSERT INTO migrations (version, name, applied_at_ns) VALUES (?, ?, ?)');
    for (const { version, name, sql } of migrations) {
      if (version <= found) continue;
      database.exec(sql);
      applied.run(version, name, nowNs);
    }
    database.exec(`PRAGMA user_version = ${newest}`);
  });
}

/** Version of the newest migration that was applied to a file. */
export function schemaVersion(database: DatabaseSync): number {
  return Number(prepare<{ user_version: bigint }>(database, 'PRAGMA user_version').one()?.user_version ?? 0n);
}

function checkPages(database: DatabaseSync, file: string): void {
  if (file !== inMemory && statSync(file).size > checkedFileBytesMax) return;
  const { quick_check: finding } = prepare<{ quick_check: string }>(database, 'PRAGMA quick_check(1)').one() ?? {};
  if (finding !== 'ok') throw unusable(file, `is damaged (${finding}); restore it from a backup or start a new file`);
}

function readSettings(
  database: DatabaseSync,
  { currency, nowNs }: { readonly currency: string; readonly nowNs: bigint },
): { readonly emitter: string; readonly currency: string } {
  const insert = prepare(database, 'INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT DO NOTHING');
  inTransaction(database, () => {
    insert.run('emitter', randomUUID());
    insert.run('currency', currency);
    insert.run('created_at_ns', String(nowNs));
  });
  const select = prepare<{ value: string }>(database, 'SELECT value FROM settings WHERE name = ?');
  return { emitter: select.one('emitter')?.value ?? '', currency: select.one('currency')?.value ?? '' };
}

function keepCompleted(database: DatabaseSync, completed: CompletedOutcomes): void {
  const write = prepare(
    database,
    "INSERT INTO settings (name, value) VALUES ('completed', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
  );
  inTransaction(database, () => write.run(JSON.stringify(completed)));
}

function close(database: DatabaseSync | undefined, release: () => void): void {
  if (database?.isOpen !== false) database?.close();
  release();
}
