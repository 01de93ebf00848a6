import { parentPort, workerData } from 'node:worker_threads';
import { runNetworkThread } from './run-network-thread.ts';

if (parentPort !== null) {
  const port = parentPort;
  void runNetworkThread(port, workerData, () => port.close());
}
