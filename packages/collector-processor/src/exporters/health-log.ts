import type { Delivery } from '../delivery.ts';
import type { Logger } from '../logger.ts';

/** Notes what became of a request at a destination. */
export type NoteHealth = (exporter: string, delivery: Delivery) => void;

/** Logs when a destination begins to fail and when it works again, and nothing in between. */
export function createHealthLog(logger: Logger): NoteHealth {
  const failing = new Map<string, Delivery['kind']>();
  return (exporter, delivery) => {
    const before = failing.get(exporter) ?? 'accepted';
    failing.set(exporter, delivery.kind);
    if (before === delivery.kind) return;
    if (delivery.kind === 'accepted') logger.info('destination takes requests again', { exporter });
    else if (delivery.kind === 'retryable')
      logger.warn('destination does not take requests; senders keep them until it does', { exporter });
    else logger.error('destination refuses requests for good; look at its own log', { exporter, reason: delivery.reason });
  };
}
