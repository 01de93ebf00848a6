import type { Page, PageAnswer } from './receivers/otlp-http/options.ts';
import { metricsContentType } from './self-metrics.ts';

/** What the pages of a service tell about. */
export type ServiceState = {
  readonly isClosing: () => boolean;
  /** Why the ledger has ended by itself; undefined while it works, or is off. */
  readonly ledgerFault: () => string | undefined;
  /** Absent: the service is still starting. */
  readonly metricsText: () => Promise<string | undefined>;
};

/**
 * Pages of the service as a whole. `/healthz` fails only where a restart helps. `/readyz` also fails while shutting down. A full
 * backlog or a destination that is away fails neither: senders are told when to come back, which is more than an address that
 * answers nobody tells them, and whoever hashes traces over meters must not be sent to another one.
 */
export function createServicePages({ isClosing, ledgerFault, metricsText }: ServiceState): Readonly<Record<string, Page>> {
  return {
    '/healthz': async () => plain(ledgerFault(), 'ok'),
    '/readyz': async () => plain(isClosing() ? 'shutting down' : ledgerFault(), 'ready'),
    '/metrics': async () => {
      const text = await metricsText();
      return { status: text === undefined ? 503 : 200, contentType: metricsContentType, body: text ?? '' };
    },
  };
}

function plain(problem: string | undefined, otherwise: string): PageAnswer {
  const status = problem === undefined ? 200 : 503;
  return { status, contentType: 'text/plain; charset=utf-8', body: `${problem ?? otherwise}\n` };
}
