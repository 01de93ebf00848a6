import type { AddressInfo, Server } from 'node:net';
import { CostspanError } from '../errors.ts';

/** Where to listen. */
export type ListenAddress = {
  readonly host: string;
  readonly port: number;
  /** The configuration's, for the error. */
  readonly field: string;
  /** Whether other threads listen there too; the system spreads connections over them. Default: no. */
  readonly sharedPort?: boolean;
};

/** Starts listening and resolves with the port. Rejects with a {@link CostspanError} that says what to do. */
export function listen(server: Server, { host, port, field, sharedPort = false }: ListenAddress): Promise<number> {
  return new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException): void => reject(listenError(error, { host, port, field }));
    server.once('error', onError);
    server.listen({ host, port, reusePort: sharedPort }, () => {
      server.off('error', onError);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

/** A host as it stands in an address: IPv6 in brackets. */
export function urlHost(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

const advice: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program listens there; stop it, or choose another port',
  EACCES: 'this user may not listen there; choose a port above 1023',
  EADDRNOTAVAIL: 'this computer does not have that address; use 127.0.0.1 or 0.0.0.0',
  ENOTFOUND: 'the host name is not known; use an address such as 127.0.0.1',
};

function listenError(error: NodeJS.ErrnoException, { host, port, field }: ListenAddress): CostspanError {
  const reason = advice[error.code ?? ''] ?? 'check the address';
  return new CostspanError(
    'address-unavailable',
    `${field}: ${urlHost(host)}:${port} cannot be listened on (${error.code ?? error.message}): ${reason}`,
  );
}
