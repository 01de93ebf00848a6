import { startHttpServer } from '@costspan/testkit';

/** One call of a third-party service, for comparing with what was metered. */
type ServiceCall = { readonly path: string; readonly item: string; readonly status: number };

/** Stand-ins for payments, messages, searches and parcel tracking. */
export type Services = { readonly url: string; readonly calls: readonly ServiceCall[]; readonly close: () => Promise<void> };

const answers: Readonly<Record<string, unknown>> = {
  '/refunds': { status: 'succeeded' },
  '/payouts': { status: 'paid' },
  '/messages': { status: 'queued' },
  '/search': { results: [{ title: 'Repair prices', content: 'Between 80 and 210.' }] },
  '/tracking': { state: 'address unknown' },
};

/** Starts the services. They do what they are asked, but for one refund that the bank declines. */
export async function startServices(): Promise<Services> {
  const calls: ServiceCall[] = [];
  const server = await startHttpServer((request, response) => {
    const { item } = JSON.parse(request.body.toString('utf8'));
    const declined = request.path === '/refunds' && item === 'T-107';
    const status = answers[request.path] === undefined ? 404 : declined ? 402 : 200;
    calls.push({ path: request.path, item, status });
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(declined ? { error: 'card_declined' } : (answers[request.path] ?? { error: 'not_found' })));
  });
  return { url: server.url, calls, close: server.close };
}
