import { once } from 'node:events';
import { Agent, createServer, request } from 'node:http';
import { parentPort, workerData } from 'node:worker_threads';

// Load and destination of the relay under measurement: `workerData` is the body to send; a number asks for so many requests, four
// at a time, to the port that came before it.
const sink = createServer((incoming, answer) => {
  incoming.resume().once('end', () => answer.end());
});
sink.keepAliveTimeout = 0;
sink.listen(0, '127.0.0.1');
await once(sink, 'listening');
const address = sink.address();
parentPort?.postMessage(typeof address === 'object' && address !== null ? address.port : 0);

const agent = new Agent({ keepAlive: true, maxSockets: 4 });
const body: Uint8Array = workerData;
parentPort?.on('message', async ({ port, count }: { readonly port: number; readonly count: number }) => {
  await Promise.all(Array.from({ length: 4 }, () => send(port, count / 4)));
  parentPort?.postMessage('sent');
});

async function send(port: number, count: number): Promise<void> {
  for (let left = count; left > 0; left -= 1) {
    const sent = request({ host: '127.0.0.1', port, agent, method: 'POST', path: '/v1/traces' });
    sent.end(body);
    const [answer] = await once(sent, 'response');
    answer.resume();
    await once(answer, 'end');
  }
}
