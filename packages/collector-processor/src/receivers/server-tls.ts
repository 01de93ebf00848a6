import type { Server, TlsOptions } from 'node:tls';
import type { ServerTls } from '../config/config.ts';
import { checkTlsIdentity, readPem } from '../read-pem.ts';

/** Reads the files of a TLS identity into options of a server. Called again, it reads renewed files. `protocol` is for errors. */
export async function readServerTls(tls: ServerTls, protocol: 'http' | 'grpc'): Promise<TlsOptions> {
  const field = `receivers.otlp.protocols.${protocol}.tls`;
  const [cert, key, ca] = await Promise.all([
    readPem(`${field}.cert_file`, tls.certFile),
    readPem(`${field}.key_file`, tls.keyFile),
    tls.clientCaFile === undefined ? undefined : readPem(`${field}.client_ca_file`, tls.clientCaFile),
  ]);
  checkTlsIdentity(field, { cert, key, ...(ca === undefined ? {} : { ca }) });
  return {
    cert,
    key,
    minVersion: tls.minVersion,
    ...(ca === undefined ? {} : { ca, requestCert: true, rejectUnauthorized: true }),
  };
}

/** Reads the files again and returns what makes a server use them; nothing to do for one without TLS. */
export async function prepareServerTls(
  server: object,
  tls: ServerTls | undefined,
  protocol: 'http' | 'grpc',
): Promise<() => void> {
  if (tls === undefined || !canRenew(server)) return () => undefined;
  const options = await readServerTls(tls, protocol);
  return () => server.setSecureContext(options);
}

function canRenew(server: object): server is Pick<Server, 'setSecureContext'> {
  return 'setSecureContext' in server;
}
