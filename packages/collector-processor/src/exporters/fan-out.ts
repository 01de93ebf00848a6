import type { Delivery } from '../delivery.ts';
import type { SelfMetrics } from '../self-metrics.ts';
import type { Exporter, Outgoing } from './exporter.ts';
import type { ExportQueue } from './queue.ts';

/** The destinations of one signal. */
export type FanOut = {
  /** Delivers to every required destination at once. Never rejects. */
  readonly deliver: (request: Outgoing, abort: AbortSignal) => Promise<Delivery>;
  /** Hands the request to every other destination; what does not fit is dropped and counted. Call it once all is safe. */
  readonly pass: (request: Outgoing) => void;
  /** False when there is no destination at all. */
  readonly hasDestinations: boolean;
  /** Whether a request may still be read after its delivery: it waits in a queue. */
  readonly hasQueues: boolean;
};

/** What a fan-out works with. */
export type FanOutOptions = {
  readonly required: readonly Exporter[];
  readonly queued: readonly ExportQueue[];
  /** No further attempt at a required destination is begun after this time. */
  readonly acknowledgeWithinMs: number;
  readonly metrics: Pick<SelfMetrics, 'sent' | 'sendFailed' | 'itemsRejected'>;
  /** Learns what every required destination did with a request. */
  readonly noteHealth: (exporter: string, delivery: Delivery) => void;
  /** Called when a queue has no room. */
  readonly onDropped: (exporter: string) => void;
};

/** Creates the fan-out of one signal. */
export function createFanOut({ required, queued, acknowledgeWithinMs, metrics, noteHealth, onDropped }: FanOutOptions): FanOut {
  const deliverTo = async (exporter: Exporter, request: Outgoing, abort: AbortSignal): Promise<Delivery> => {
    const delivery = await exporter.send(request, { elapsedMsMax: acknowledgeWithinMs, abort });
    countDelivery(metrics, exporter.name, request, delivery);
    if (!abort.aborted) noteHealth(exporter.name, delivery);
    return delivery;
  };
  return {
    deliver: async (request, abort) => worstOf(await Promise.all(required.map((each) => deliverTo(each, request, abort)))),
    pass: (request) => {
      for (const queue of queued) {
        if (queue.offer(request)) continue;
        metrics.sendFailed(queue.name, request.signal, 'queue-full', request.itemCount);
        onDropped(queue.name);
      }
    },
    hasDestinations: required.length + queued.length > 0,
    hasQueues: queued.length > 0,
  };
}

/** Counts what a destination did with a request. A retryable refusal is no loss: the sender still has the request. */
export function countDelivery(
  metrics: Pick<SelfMetrics, 'sent' | 'sendFailed' | 'itemsRejected'>,
  exporter: string,
  { signal, itemCount }: Outgoing,
  delivery: Delivery,
): void {
  if (delivery.kind === 'rejected') metrics.sendFailed(exporter, signal, 'rejected', itemCount);
  if (delivery.kind !== 'accepted') return;
  const rejectedCount = delivery.partial?.rejectedCount ?? 0;
  metrics.sent(exporter, signal, Math.max(0, itemCount - rejectedCount));
  if (rejectedCount > 0) metrics.itemsRejected(exporter, signal, rejectedCount);
}

/** One delivery for several destinations: a retryable one wins, then a refusal; of partial successes the worst counts. */
export function worstOf(deliveries: readonly Delivery[]): Delivery {
  const delayed = deliveries.flatMap((each) => (each.kind === 'retryable' ? [each] : []));
  const last = delayed.sort((one, other) => (other.retryAfterMs ?? 0) - (one.retryAfterMs ?? 0))[0];
  if (last !== undefined) return last;
  const refused = deliveries.find(({ kind }) => kind === 'rejected');
  if (refused !== undefined) return refused;
  const partials = deliveries.flatMap((each) => (each.kind === 'accepted' && each.partial !== undefined ? [each.partial] : []));
  const worst = partials.sort((one, other) => other.rejectedCount - one.rejectedCount)[0];
  return worst === undefined ? { kind: 'accepted' } : { kind: 'accepted', partial: worst };
}
