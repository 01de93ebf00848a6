import type { TlsOptions } from 'node:tls';
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
