import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { CostspanError } from './errors.ts';

/** Reads a PEM file that a field of the configuration names. */
export async function readPem(field: string, path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new CostspanError(
      'file-unreadable',
      `${field}: ${path} cannot be read (${reason}); check the path and its permissions`,
    );
  }
}

/** Throws a {@link CostspanError} where files that were read are no TLS identity. `field` is the `tls` of the configuration. */
export function checkTlsIdentity(
  field: string,
  options: Pick<SecureContextOptions, 'cert' | 'key'> & { readonly ca?: Buffer },
): void {
  try {
    createSecureContext(options);
    // An authority that is none is passed over by the context, and then trusts nobody.
    if (options.ca !== undefined) new X509Certificate(options.ca);
  } catch (error) {
    const reason = error instanceof Error && 'reason' in error ? String(error.reason) : String(error);
    throw new CostspanError(
      'config-invalid',
      `${field}: its files cannot be used (${reason}); expected PEM files: a certificate chain, the private key of its first certificate, and certificates of authorities`,
    );
  }
}
