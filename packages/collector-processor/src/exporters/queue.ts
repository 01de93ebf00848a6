import { createByteAllowance } from '../byte-allowance.ts';
import type { Delivery } from '../delivery.ts';
import { queueRequestsMax } from '../limits.ts';
import type { Exporter, Outgoing } from './exporter.ts';

/** Requests waiting for a destination whose answer no sender waits for. */
export type ExportQueue = {
  readonly name: string;
  /** Takes a request over, or returns false when it does not fit. */
  readonly offer: (request: Outgoing) => boolean;
  /** Bytes waiting or under way. */
  readonly waitingBytes: () => number;
  /** Sends what waits. What is left when `abort` fires is given up. */
  readonly drain: (abort: AbortSignal) => Promise<void>;
};

/** Bounds of a queue. */
export type QueueBounds = { readonly bytesMax: number; readonly consumers: number };

/** Creates the queue of a destination. `onSettled` learns what became of each request; undefined: given up at shutdown. */
export function createExportQueue(
  exporter: Exporter,
  { bytesMax, consumers }: QueueBounds,
  onSettled: (request: Outgoing, delivery: Delivery | undefined) => void,
): ExportQueue {
  const allowance = createByteAllowance(bytesMax);
  const waiting: Outgoing[] = [];
  const stop = new AbortController();
  let underWay = 0;
  let onIdle: (() => void) | undefined;

  const consume = async (): Promise<void> => {
    underWay += 1;
    for (let request = waiting.shift(); request !== undefined; request = waiting.shift()) {
      const delivery = stop.signal.aborted ? undefined : await exporter.send(request, { abort: stop.signal });
      allowance.giveBack(request.body.length);
      onSettled(request, stop.signal.aborted && delivery?.kind !== 'accepted' ? undefined : delivery);
    }
    underWay -= 1;
    if (underWay === 0) onIdle?.();
  };

  return {
    name: exporter.name,
    offer: (request) => {
      if (waiting.length >= queueRequestsMax || !allowance.take(request.body.length)) return false;
      waiting.push(request);
      if (underWay < consumers) void consume();
      return true;
    },
    waitingBytes: allowance.takenBytes,
    drain: async (abort) => {
      abort.addEventListener('abort', () => stop.abort());
      if (abort.aborted) stop.abort();
      if (underWay > 0) await new Promise<void>((resolve) => (onIdle = resolve));
    },
  };
}
