import type { Config, ExporterConfig } from '../config/config.ts';

/** The configuration of one of several network threads: its share of every bound, and no part in records and metrics that leave. */
export function networkConfig(config: Config, threadCount: number): Config {
  const share = (bound: number): number => Math.max(1, Math.ceil(bound / threadCount));
  const exporters = Object.entries(config.exporters).map(([name, exporter]): readonly [string, ExporterConfig] => [
    name,
    { ...exporter, queue: { ...exporter.queue, bytesMax: share(exporter.queue.bytesMax) } },
  ]);
  const { otlpHttp, otlpGrpc } = config;
  return {
    ...config,
    exporters: Object.fromEntries(exporters),
    ...(otlpHttp && { otlpHttp: { ...otlpHttp, connectionsMax: share(otlpHttp.connectionsMax) } }),
    ...(otlpGrpc && { otlpGrpc: { ...otlpGrpc, connectionsMax: share(otlpGrpc.connectionsMax) } }),
    records: { ...config.records, exporters: [], entries: [] },
    service: { ...config.service, metricsOut: { ...config.service.metricsOut, exporters: [] } },
  };
}

/** The configuration of the main thread beside network threads: the ledger and its records, no requests. */
export function controlConfig(config: Config): Config {
  const { otlpHttp: _http, otlpGrpc: _grpc, ...rest } = config;
  return { ...rest, service: { ...config.service, exporters: { traces: [], logs: [], metrics: [] } } };
}

/** The same configuration, listening where the first thread found ports free. */
export function listeningAt(
  config: Config,
  ports: { readonly http?: { readonly port: number }; readonly grpc?: { readonly port: number } },
): Config {
  const { otlpHttp, otlpGrpc } = config;
  return {
    ...config,
    ...(otlpHttp && { otlpHttp: { ...otlpHttp, port: ports.http?.port ?? otlpHttp.port } }),
    ...(otlpGrpc && { otlpGrpc: { ...otlpGrpc, port: ports.grpc?.port ?? otlpGrpc.port } }),
  };
}

/** Names of the files that some signal goes to. A file has one writer: the main thread. */
export function filesOfSignals({ exporters, service }: Config): readonly string[] {
  const names = new Set(Object.values(service.exporters).flat());
  return [...names].filter((name) => exporters[name]?.type === 'file');
}
