import { startCostspan } from '@costspan/sdk';

/** The one place that knows Costspan's address. Everything else imports `costspan` and wraps what costs money. */
export const costspan = startCostspan({ endpoint: process.env['COSTSPAN_ENDPOINT'] ?? 'http://localhost:4318' });
