import { parentPort, workerData } from 'node:worker_threads';
import { serveLedger } from './serve-ledger.ts';

// The ledger's thread: the only writer of the file. start-ledger-thread.ts starts it.
if (parentPort !== null) serveLedger(parentPort, workerData);
