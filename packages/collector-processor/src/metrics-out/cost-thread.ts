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
 * Starts a thread that reads a ledger file. Run from sources, as tests do, it shares the caller's thread, like the ledger itself
 * (see `startLedgerThread`).
 */
export function startCostThread(file: string): CostThread {
  if (import.meta.url.endsWith('.ts')) return { read: async () => readSums(file), close: async () => undefined };
  const worker = new Worker(new URL('./metrics-out/cost-worker.js', import.meta.url), {
    workerData: file,
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  // Its own faults end readings, not the process; who waits is told by the listeners of the reading.
  worker.on('error', () => undefined);
  worker.unref();
  return {
    read: () =>
      new Promise((resolve, reject) => {
        const settle = (answer: CostThreadAnswer): void => {
          worker.off('message', settle).off('exit', end);
          if (answer.kind === 'sums') resolve(answer.sums);
          else reject(new Error(answer.message));
        };
        const end = (): void => settle({ kind: 'failed', message: `${file}: the thread that reads it for metrics has ended` });
        if (worker.threadId === -1) return end();
        worker.on('message', settle).on('exit', end);
        worker.postMessage('read');
      }),
    close: async () => void (await worker.terminate()),
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
