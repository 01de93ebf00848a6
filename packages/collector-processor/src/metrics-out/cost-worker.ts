import { parentPort, workerData } from 'node:worker_threads';
import { type CostThreadAnswer, readSums } from './cost-thread.ts';

// Reads the ledger for the metrics. cost-thread.ts starts it.
parentPort?.on('message', () => {
  parentPort?.postMessage(answer());
});

function answer(): CostThreadAnswer {
  try {
    return { kind: 'sums', sums: readSums(workerData) };
  } catch (error) {
    return { kind: 'failed', message: error instanceof Error ? error.message : String(error) };
  }
}
