import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import { answerRequests, failureOf } from './answer-requests.ts';
import { createLedgerEngine, type LedgerEngine } from './ledger-engine.ts';
import { openLedgerFile } from './ledger-file.ts';
import type { LedgerGreeting, LedgerRequest, LedgerThreadData } from './ledger-protocol.ts';

/** Opens a ledger file and answers requests over a port until asked to close. The first message says whether the file is open. */
export function serveLedger(port: MessagePort, data: LedgerThreadData): void {
  let engine: LedgerEngine;
  try {
    const file = openLedgerFile(data);
    engine = createLedgerEngine(file, data);
    port.postMessage({ kind: 'open', emitter: file.emitter } satisfies LedgerGreeting);
  } catch (error) {
    port.postMessage(failureOf(error) satisfies LedgerGreeting);
    port.close();
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
