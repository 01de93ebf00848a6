import type { Config } from './config/config.ts';
import { readClientTls } from './exporters/client-tls.ts';
import { readServerTls } from './receivers/server-tls.ts';

/** Rejects with a `CostspanError` for TLS files of a configuration that are missing, or are no certificates and keys. */
export async function checkTlsFiles({
  otlpHttp,
  otlpGrpc,
  exporters,
}: Pick<Config, 'otlpHttp' | 'otlpGrpc' | 'exporters'>): Promise<void> {
  if (otlpHttp?.tls !== undefined) await readServerTls(otlpHttp.tls, 'http');
  if (otlpGrpc?.tls !== undefined) await readServerTls(otlpGrpc.tls, 'grpc');
  for (const [name, exporter] of Object.entries(exporters)) {
    if (exporter.type !== 'file') await readClientTls(exporter.tls, name);
  }
}
