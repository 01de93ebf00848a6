import { startCostspan } from '@costspan/sdk';

const { COSTSPAN_ENDPOINT: endpoint = 'http://localhost:4318' } = process.env;

/** The one place that knows Costspan's address. Everything else imports `costspan` and wraps what costs money. */
export const costspan = startCostspan({
  endpoint,
  // Streams of OpenAI itself report their usage anyway; a gateway or stand-in that can do so too is named here.
  includeUsageHosts: ['127.0.0.1'],
});
