import { createTemporaryFolder, type TemporaryFolder } from '@costspan/testkit';
import { Client, credentials, Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parseConfig } from '../src/config/load.ts';
import { type Service, serve } from '../src/serve.ts';
import { decodeWithOracle } from './otlp/proto.ts';
import { chatSpan, requestOf } from './span-json.ts';

let folder: TemporaryFolder;
const open: Service[] = [];
beforeEach(async () => {
  folder = await createTemporaryFolder();
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((service) => service.close()));
  await folder.remove();
});

/** A service that takes this of the tenant `acme`, and has `globex` without a limit. */
async function start(limits: string, workers = 1): Promise<Service> {
  const yaml = `
receivers: {otlp: {protocols: {http: {endpoint: "127.0.0.1:0"}, grpc: {endpoint: "127.0.0.1:0"}}}}
tenants:
  keys: [{tenant: acme, key: key-of-acme}, {tenant: globex, key: key-of-globex}]
  limits: {acme: ${limits}}
service: {workers: ${workers}}`;
  const parsed = parseConfig(yaml, {}, { ledgerFile: folder.join('ledger.db') });
  if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.issues));
  const service = await serve({ config: parsed.config });
  open.push(service);
  return service;
}

function send({ url }: Service, tenant: string, spans = 1, path = '/v1/traces'): Promise<Response> {
  return fetch(`${url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer key-of-${tenant}` },
    body: JSON.stringify(requestOf(Array.from({ length: spans }, (_, index) => chatSpan(index + 1, 'T-1')))),
  });
}

async function counted({ url }: Service): Promise<readonly string[]> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return text.split('\n').filter((line) => line.startsWith('costspan_receiver_limited_requests_total{'));
}

test.for([1, 2])(
  'over HTTP, on %i threads, a tenant over its limit is told when to come back and others are not',
  async (workers) => {
    const service = await start('{requests_per_second: 0.01, burst: 100s}', workers);
    expect([(await send(service, 'acme')).status, (await send(service, 'acme')).status]).toEqual([200, 200]);
    const refused = await send(service, 'acme');
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '100']);
    expect(await refused.json()).toMatchObject({
      code: 8,
      message: 'over the limit of requests per second; send it again after the delay',
    });
    expect((await send(service, 'acme', 1, '/v1/entries')).status).toBe(429);
    expect((await send(service, 'globex')).status).toBe(200);
    expect(await counted(service)).toEqual(['costspan_receiver_limited_requests_total{tenant="acme",limit="requests"} 2']);
  },
);

test.for([
  ['spans_per_second: 1', 'spans', '9'],
  ['bytes_per_second: 1kB', 'bytes', undefined],
] as const)('%s: a request over the limit is taken, the next one waits for it', async ([limit, amount, delay]) => {
  const service = await start(`{${limit}, burst: 1s}`);
  expect((await send(service, 'acme', 10)).status).toBe(200);
  const refused = await send(service, 'acme', 1);
  expect(refused.status).toBe(429);
  if (delay !== undefined) expect(refused.headers.get('retry-after')).toBe(delay);
  expect(await counted(service)).toEqual([`costspan_receiver_limited_requests_total{tenant="acme",limit="${amount}"} 1`]);
});

test('over gRPC a tenant over its limit gets RESOURCE_EXHAUSTED with the delay, which means that it may send again', async () => {
  const service = await start('{requests_per_second: 0.01, burst: 0s}');
  const client = new Client(service.grpcUrl?.replace('http://', '') ?? '', credentials.createInsecure());
  const call = (): Promise<ServiceError | undefined> =>
    new Promise((resolve) => {
      const metadata = new Metadata();
      metadata.set('authorization', 'Bearer key-of-acme');
      const asBytes = (value: Buffer): Buffer => value;
      const path = '/opentelemetry.proto.collector.trace.v1.TraceService/Export';
      client.makeUnaryRequest(path, asBytes, asBytes, Buffer.alloc(0), metadata, (error) => resolve(error ?? undefined));
    });
  expect(await call()).toBeUndefined();
  const refused = await call();
  expect(refused?.code).toBe(status.RESOURCE_EXHAUSTED);
  const [details] = refused?.metadata.get('grpc-status-details-bin') ?? [];
  expect(JSON.stringify(decodeWithOracle('Status_', Buffer.from(details as Buffer)))).toContain('RetryInfo');
  client.close();
});

test('a limit that is no number is told with its place', () => {
  const parsed = parseConfig('tenants: {limits: {acme: {requests_per_second: many}}}', {});
  expect(parsed.kind === 'invalid' && parsed.issues).toMatchObject([{ path: 'tenants.limits.acme.requests_per_second' }]);
});
