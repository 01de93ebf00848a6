import { DatabaseSync } from 'node:sqlite';
import { Worker } from 'node:worker_threads';
import { busyTimeoutMs } from '../store/limits.ts';
import { type CostSums, readCostSums } from './cost-sums.ts';

/** Sums up a ledger file, away from the thread that writes it. */
export type CostThread = {
  /** One reading. Rejects when the file cannot be read. Never asked twice at once. */
  readonly read: () => Promise<CostSums>;
  readonly close: () => Promise<void>;
};

/** Says what became of a reading. */
export type CostThreadAnswer =
  | { readonly kind: 'sums'; readonly sums: CostSums }
  | { readonly kind: 'failed'; readonly message: string };

/**
 * Reads a ledger file on a thread that starts with the first reading; one that ended is replaced at the next. Run from sources,
 * as tests do, it shares the caller's thread, like the ledger itself (see `startLedgerThread`).
 */
export function createCostThread(file: string): CostThread {
  if (import.meta.url.endsWith('.ts')) return { read: async () => readSums(file), close: async () => undefined };
  let running: Worker | undefined;
  const start = (): Worker => {
    const url = new URL('./metrics-out/cost-worker.js', import.meta.url);
    const worker = new Worker(url, { workerData: file, execArgv: ['--disable-warning=ExperimentalWarning'] });
    // A fault of its own ends a reading, not the process: `exit` follows, and tells who waits.
    worker.on('error', () => undefined);
    worker.once('exit', () => {
      if (running === worker) running = undefined;
    });
    worker.unref();
    return worker;
  };
  return {
    read: () =>
      new Promise((resolve, reject) => {
        running ??= start();
        const worker = running;
        const settle = (answer: CostThreadAnswer): void => {
          worker.off('message', settle).off('exit', end);
          if (answer.kind === 'sums') resolve(answer.sums);
          else reject(new Error(answer.message));
        };
        const end = (): void => settle({ kind: 'failed', message: `${file}: the thread that reads it for metrics has ended` });
        worker.on('message', settle).on('exit', end);
        worker.postMessage('read');
      }),
    close: async () => void (await running?.terminate()),
  };
}

/** Opens a file, sums it up and closes it: between readings nothing of it is held. */
export function readSums(file: string): CostSums {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    // What SQLite sorts is small; a service whose file system is read-only has no place for temporary files.
    database.exec(`PRAGMA trusted_schema = OFF; PRAGMA temp_store = MEMORY; PRAGMA busy_timeout = ${busyTimeoutMs}`);
    return readCostSums(database);
  } finally {
    database.close();
  }
}
