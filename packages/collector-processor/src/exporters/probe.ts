import { connect } from 'node:net';
import { probeTimeoutMs } from '../limits.ts';

/** Why nothing answers at an address, as the code of Node or `timeout`; undefined when something does. Nothing is sent. */
export function probe({ hostname, port, protocol }: URL): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({
      host: hostname.replaceAll(/[[\]]/g, ''),
      port: Number(port === '' ? (protocol === 'https:' ? 443 : 80) : port),
      timeout: probeTimeoutMs,
    });
    const settle = (code?: string): void => {
      socket.destroy();
      resolve(code);
    };
    socket.on('connect', () => settle());
    socket.on('timeout', () => settle('timeout'));
    socket.on('error', (error: NodeJS.ErrnoException) => settle(error.code ?? error.name));
  });
}
