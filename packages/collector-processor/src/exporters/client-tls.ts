import type { ClientTls } from '../config/config.ts';
import { checkTlsIdentity, readPem } from '../read-pem.ts';

/** TLS files of an exporter, read. */
export type ClientTlsOptions = {
  readonly ca?: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
  readonly rejectUnauthorized?: boolean;
};

/** Reads the TLS files of an exporter. `name` is the exporter's, for the error. */
export async function readClientTls(tls: ClientTls | undefined, name: string): Promise<ClientTlsOptions> {
  if (tls === undefined) return {};
  const [ca, cert, key] = await Promise.all([
    readOptional(`exporters.${name}.tls.ca_file`, tls.caFile),
    readOptional(`exporters.${name}.tls.cert_file`, tls.certFile),
    readOptional(`exporters.${name}.tls.key_file`, tls.keyFile),
  ]);
  const files = {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  };
  checkTlsIdentity(`exporters.${name}.tls`, files);
  return {
    rejectUnauthorized: !tls.insecureSkipVerify,
    ...files,
  };
}

async function readOptional(field: string, path: string | undefined): Promise<Buffer | undefined> {
  return path === undefined ? undefined : readPem(field, path);
}
