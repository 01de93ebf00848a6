import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createTemporaryFolder } from '@costspan/testkit';
import { expect, test } from 'vitest';
import { parseConfig } from '../src/config/load.ts';
import { jsonToProtobuf } from '../src/otlp/json.ts';
import { type Service, serve } from '../src/serve.ts';
import { decodeWithOracle } from './otlp/proto.ts';
import { chatSpan, requestOf } from './span-json.ts';

const spansPerRequest = 120;

/** A request whose every span carries its number, large enough for memory that is used again. */
function requestNumber(number: number): Uint8Array {
  const spans = Array.from({ length: spansPerRequest }, (_, index) =>
    chatSpan(number * 1_000 + index, `T-${number}`, 'gpt-5', { note: `request ${number} ${'.'.repeat(300)}` }),
  );
  const read = jsonToProtobuf('traces', Buffer.from(JSON.stringify(requestOf(spans))));
  if (read.kind === 'invalid') throw new Error(read.problem);
  return read.body;
}

/** Numbers of the requests that a body holds pieces of, and its spans. */
function contentOf(body: Buffer): { readonly numbers: readonly string[]; readonly spans: number } {
  const text = JSON.stringify(decodeWithOracle('ExportTraceServiceRequest', body));
  const numbers = new Set([...text.matchAll(/request (\d+) \./g)].map(([, number]) => number ?? ''));
  return { numbers: [...numbers], spans: text.match(/"spanId"/g)?.length ?? 0 };
}

type Behaviour = (request: IncomingMessage, response: ServerResponse, place: number) => void;

/** A destination that answers requests in all the ways one can. */
async function startDestination(bodies: Buffer[]): Promise<Server> {
  const readAll: Behaviour = (request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      bodies.push(Buffer.concat(pieces));
      response.end();
    });
  };
  const behaviours: readonly Behaviour[] = [
    readAll,
    readAll,
    (request, response, place) => void setTimeout(() => readAll(request, response, place), 5),
    (request, response) => request.resume().on('end', () => response.writeHead(503, { 'retry-after': '0' }).end()),
    (request) => request.once('data', () => request.destroy()),
    (_, response) => response.writeHead(503, { 'retry-after': '0' }).end(),
  ];
  let count = 0;
  const server = createServer((request, response) => {
    count += 1;
    behaviours[count % behaviours.length]?.(request, response, count);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  return server;
}

async function deliver(service: Service, number: number): Promise<void> {
  for (;;) {
    const headers = { 'content-type': 'application/x-protobuf' };
    const answer = await fetch(`${service.url}/v1/traces`, { method: 'POST', headers, body: Buffer.from(requestNumber(number)) });
    await answer.arrayBuffer();
    if (answer.status === 200) return;
  }
}

test('memory used again never mixes requests, whatever a destination does with them', async () => {
  await using folder = await createTemporaryFolder();
  const bodies: Buffer[] = [];
  const destination = await startDestination(bodies);
  const address = destination.address();
  const port = typeof address === 'object' ? address?.port : 0;
  const parsed = parseConfig(
    `
exporters: {otlp_http/sink: {endpoint: "http://127.0.0.1:${port}", compression: none, retry_on_failure: {initial_interval: 1ms}}}
service: {traces: {exporters: [otlp_http/sink]}, acknowledge_within: 50ms}
`,
    {},
    { endpoint: '127.0.0.1:0', ledgerFile: folder.join('ledger.db') },
  );
  if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.issues));
  const service = await serve({ config: parsed.config });
  const numbers = Array.from({ length: 80 }, (_, index) => index + 1);
  const waiting = [...numbers];
  const work = async (): Promise<void> => {
    for (let number = waiting.shift(); number !== undefined; number = waiting.shift()) await deliver(service, number);
  };
  await Promise.all(Array.from({ length: 8 }, work));
  await service.close();
  destination.closeAllConnections();
  destination.close();

  const contents = bodies.map(contentOf);
  expect(contents.every(({ numbers: found, spans }) => found.length === 1 && spans === spansPerRequest)).toBe(true);
  expect([...new Set(contents.flatMap((content) => content.numbers))].map(Number).sort((one, other) => one - other)).toEqual(
    numbers,
  );
}, 60_000);
