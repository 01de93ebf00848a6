import { createSecureContext, type Server, type TlsOptions } from 'node:tls';
import type { ServerTls } from '../config/config.ts';
import { readPem } from '../read-pem.ts';

/** Reads the files of a TLS identity into options of a server. Called again, it reads renewed files. */
export async function readServerTls(tls: ServerTls): Promise<TlsOptions> {
  const [cert, key, ca] = await Promise.all([
    readPem('tls.cert_file', tls.certFile),
    readPem('tls.key_file', tls.keyFile),
    tls.clientCaFile === undefined ? undefined : readPem('tls.client_ca_file', tls.clientCaFile),
  ]);
  return {
    cert,
    key,
    minVersion: tls.minVersion,
    ...(ca === undefined ? {} : { ca, requestCert: true, rejectUnauthorized: true }),
  };
}

/** Reads the files again and returns what makes a server use them; nothing to do for one without TLS. */
export async function prepareServerTls(server: object, tls: ServerTls | undefined): Promise<() => void> {
  if (tls === undefined || !canRenew(server)) return () => undefined;
  const options = await readServerTls(tls);
  // A file that is no certificate is found here, where it can still be refused.
  createSecureContext(options);
  return () => server.setSecureContext(options);
}

function canRenew(server: object): server is Pick<Server, 'setSecureContext'> {
  return 'setSecureContext' in server;
}
