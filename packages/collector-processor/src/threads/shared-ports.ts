import { createServer } from 'node:net';
import type { Config } from '../config/config.ts';
import { type ListenAddress, listen } from '../receivers/listen.ts';

/** Whether several threads can listen on one port here: Linux and the BSDs can, macOS and Windows cannot. */
export async function canSharePorts(): Promise<boolean> {
  const server = createServer();
  try {
    await listen(server, { host: '127.0.0.1', port: 0, field: '', sharedPort: true });
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}

/**
 * Rejects when something listens at an address already. Threads that share a port would join a second service of the same
 * user there without a word, and each would get half of the requests.
 */
export async function refuseTakenPorts({ otlpHttp, otlpGrpc }: Config): Promise<void> {
  const addresses: ListenAddress[] = [];
  if (otlpHttp) addresses.push({ host: otlpHttp.host, port: otlpHttp.port, field: 'receivers.otlp.protocols.http.endpoint' });
  if (otlpGrpc) addresses.push({ host: otlpGrpc.host, port: otlpGrpc.port, field: 'receivers.otlp.protocols.grpc.endpoint' });
  for (const { host, port, field } of addresses) {
    if (port === 0) continue;
    const server = createServer();
    await listen(server, { host, port, field });
    await new Promise((resolve) => server.close(resolve));
  }
}
