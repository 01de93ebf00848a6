import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { answerRequests, failureOf } from './answer-requests.ts';
import { createLedgerEngine, type LedgerEngine } from './ledger-engine.ts';
import { openLedgerFile } from './ledger-file.ts';
import type { LedgerGreeting, LedgerRequest, LedgerThreadData } from './ledger-protocol.ts';

// The ledger's thread: the only writer of the file. open-ledger.ts starts it and speaks with it.
if (parentPort !== null) serve(parentPort, workerData);

function serve(port: MessagePort, data: LedgerThreadData): void {
  let engine: LedgerEngine;
  try {
    const file = openLedgerFile(data);
    engine = createLedgerEngine(file, data);
    port.postMessage({ kind: 'open', emitter: file.emitter } satisfies LedgerGreeting);
  } catch (error) {
    port.postMessage(failureOf(error) satisfies LedgerGreeting);
    return;
  }
  port.on('message', (first: LedgerRequest) => {
    // What arrived while the last commit was writing shares the next one: nobody waits for company, and under load commits grow.
    const requests = [first, ...waitingRequests(port)];
    for (const response of answerRequests(engine, requests)) port.postMessage(response);
    if (requests.some(({ question }) => question.kind === 'close')) port.close();
  });
}

function waitingRequests(port: MessagePort): readonly LedgerRequest[] {
  const requests: LedgerRequest[] = [];
  for (let next = receiveMessageOnPort(port); next !== undefined; next = receiveMessageOnPort(port)) requests.push(next.message);
  return requests;
}
