import { diag } from '@opentelemetry/api';
import { warnOnce } from '../faults.ts';
import { outboxMax, outboxRetryMs } from '../limits.ts';
import type { RunOperation } from './redis-store.ts';

/** What Redis has to be told when it is back. Every operation in it may be repeated without doing more. */
export type Outbox = { readonly add: (op: string, id: string, payload: object) => void };

/**
 * An empty outbox. It tries again every `outboxRetryMs` while it holds anything. Beyond `outboxMax` the oldest is given up:
 * its lease then ends by itself, and what it had set aside counts as spent.
 */
export const createOutbox = (run: RunOperation, isReady: () => boolean): Outbox => {
  const waiting = new Map<string, { readonly op: string; readonly payload: object }>();
  let isScheduled = false;

  const sendAll = async (): Promise<void> => {
    for (const [key, { op, payload }] of waiting) {
      if (!isReady()) break;
      try {
        await run(op, payload);
        waiting.delete(key);
      } catch (error) {
        diag.debug(`costspan: ${error instanceof Error ? error.message : String(error)}`);
        break;
      }
    }
    isScheduled = false;
    if (waiting.size > 0) schedule();
  };
  const schedule = (): void => {
    if (isScheduled) return;
    isScheduled = true;
    setTimeout(() => void sendAll(), outboxRetryMs).unref();
  };

  return {
    add: (op, id, payload) => {
      waiting.set(`${op} ${id}`, { op, payload });
      const [oldest] = waiting.keys();
      if (waiting.size > outboxMax && oldest !== undefined) {
        waiting.delete(oldest);
        warnOnce('redis outbox', `redisBudgetStore: more than ${outboxMax} messages wait for Redis; the oldest are given up`);
      }
      schedule();
    },
  };
};
