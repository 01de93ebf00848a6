import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below the ports that systems give to outgoing connections: one of those may be taken between asking and listening. */
const firstPort = 16_000;
const lastPort = 31_999;

/** Each run begins somewhere else, so that two runs side by side rarely meet. */
let next = firstPort + ((process.pid * 97) % (lastPort - firstPort));

/** So many ports that nothing listens on at the moment, all different. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const ports: number[] = [];
  while (ports.length < count) {
    const port = next;
    next = next === lastPort ? firstPort : next + 1;
    if (await isFree(port)) ports.push(port);
  }
  return ports;
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    return false;
  }
  await once(server.close(), 'close');
  return true;
}
