import type { Config } from './config/config.ts';
import { loadDimensions } from './dimensions/load-dimensions.ts';
import { readClientTls } from './exporters/client-tls.ts';
import { readServerTls } from './receivers/server-tls.ts';

/**
 * Rejects with a `CostspanError` for files named in a configuration that are missing, or are not what they are named as: TLS
 * identities, and the file of dimensions. Price books have a loader of their own, which lists every problem.
 */
export async function checkNamedFiles({ otlpHttp, otlpGrpc, exporters, workItems }: NamedFiles): Promise<void> {
  if (otlpHttp?.tls !== undefined) await readServerTls(otlpHttp.tls, 'http');
  if (otlpGrpc?.tls !== undefined) await readServerTls(otlpGrpc.tls, 'grpc');
  for (const [name, exporter] of Object.entries(exporters)) {
    if (exporter.type !== 'file') await readClientTls(exporter.tls, name);
  }
  if (workItems.dimensionsFrom !== undefined) await loadDimensions(workItems.dimensionsFrom);
}

type NamedFiles = Pick<Config, 'otlpHttp' | 'otlpGrpc' | 'exporters' | 'workItems'>;
