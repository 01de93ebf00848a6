import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, request, type Server } from 'node:http';
import { Worker } from 'node:worker_threads';
import { createKeyTable } from '../../packages/collector-processor/src/otlp/key-table.ts';
import { rewriteTraces } from '../../packages/collector-processor/src/otlp/rewrite-traces.ts';
import { createTraceRequest, type TraceShape } from '../trace-payload.ts';
import { createBenchMeter } from './bench-meter.ts';

const spansPerRequest = 511;
const requestsPerTurn = 200;
const turns = 7;

/** Processor time of one span on the thread that relays it, microseconds: validated and passed on, and metered besides. */
export async function measureRelay(shape: TraceShape): Promise<{ readonly relayUs: number; readonly meteredUs: number }> {
  const body = createTraceRequest(spansPerRequest / 7, 0, shape);
  const peer = new Worker(new URL('./relay-peer.ts', import.meta.url), { workerData: body, execArgv: process.execArgv });
  const [sinkPort] = await once(peer, 'message');
  const meter = createBenchMeter();
  const options = { keys: createKeyTable([]), ownedPrefix: 'costspan.cost.' };
  const relay = await listen(sinkPort, (received) => {
    const rewritten = rewriteTraces(received, options, () => undefined);
    if (rewritten.kind !== 'ok') throw new Error(rewritten.problem);
    return rewritten.body;
  });
  const metered = await listen(sinkPort, (received) => {
    const result = meter(received, {});
    if (result.kind !== 'metered') throw new Error(result.message);
    return result.body;
  });
  const times: Record<'relay' | 'metered', number[]> = { relay: [], metered: [] };
  for (let turn = 0; turn < turns; turn += 1) {
    times.relay.push(await time(peer, relay.port));
    times.metered.push(await time(peer, metered.port));
  }
  relay.server.close();
  metered.server.close();
  await peer.terminate();
  return { relayUs: median(times.relay), meteredUs: median(times.metered) };
}

async function time(peer: Worker, port: number): Promise<number> {
  const before = process.threadCpuUsage();
  peer.postMessage({ port, count: requestsPerTurn });
  await once(peer, 'message');
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / (requestsPerTurn * spansPerRequest);
}

async function listen(
  sinkPort: number,
  take: (body: Uint8Array) => Uint8Array,
): Promise<{ readonly server: Server; readonly port: number }> {
  const agent = new Agent({ keepAlive: true });
  const server = createServer(async (incoming, answer) => {
    const body = take(await read(incoming));
    const forwarded = request({ host: '127.0.0.1', port: sinkPort, agent, method: 'POST', path: '/v1/traces' });
    forwarded.end(body);
    const [response] = await once(forwarded, 'response');
    response.resume();
    await once(response, 'end');
    answer.end();
  });
  // Connections wait while the other thread has its turn.
  server.keepAliveTimeout = 0;
  server.on('close', () => agent.destroy());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return { server, port: typeof address === 'object' && address !== null ? address.port : 0 };
}

async function read(incoming: IncomingMessage): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[values.length >> 1] ?? Number.NaN;
}
