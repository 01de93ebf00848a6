import { type Costspan, startCostspan } from '@costspan/sdk';

/** Sends to COSTSPAN_ENDPOINT. Everything else imports this and wraps what costs money. */
export const costspan: Costspan = startCostspan({
  serviceName: 'support-desk',
  // OpenAI's streams report their usage when asked, which the SDK does; so does this stand-in for it.
  includeUsageHosts: ['127.0.0.1'],
});
