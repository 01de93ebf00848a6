import { costspan } from './costspan.ts';

// Each tool names what it is priced as; the price stands in a price book, not in the code.

/** Gives the money for an order back. A refund that the bank declines is charged as well: that is waste. */
export const refund = costspan.tool('refund', (item: string, order: string) => call('/refunds', { item, order }), {
  sku: 'stripe/refund',
  failed: 'yes',
});

/** Pays a claim. */
export const payOut = costspan.tool('pay_out', (item: string, amount: number) => call('/payouts', { item, amount }), {
  sku: 'stripe/payout',
});

/** Sends a text message to the customer. */
export const sendSms = costspan.tool('send_sms', (item: string, text: string) => call('/messages', { item, text }), {
  sku: 'twilio/sms-us',
});

/** Looks up what a repair usually costs. */
export const findRepairPrices = costspan.tool(
  'find_repair_prices',
  (item: string, part: string) => call('/search', { item, part }),
  { sku: 'tavily/search' },
);

/** Asks the courier. Nobody has entered a price for it: the report says so instead of counting it as free. */
export const trackParcel = costspan.tool('track_parcel', (item: string, order: string) => call('/tracking', { item, order }), {
  sku: 'courier/tracking',
});

const { SERVICES_URL: services } = process.env;

async function call(path: string, body: Readonly<Record<string, unknown>>): Promise<string> {
  const response = await fetch(`${services}${path}`, { method: 'POST', body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
  return response.text();
}
