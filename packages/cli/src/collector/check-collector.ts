import type { Config, Environment } from '@costspan/collector-processor';
import { checkCircle } from './check-circle.ts';
import { checkKeeping } from './check-keeping.ts';
import { checkOrder, pipelinesTo } from './check-order.ts';
import { type CollectorFile, type CollectorFinding, readCollectorFile } from './collector-file.ts';
import { costExporters } from './cost-exporters.ts';

/** What is known beside the Collector's file itself. */
export type CheckCollectorOptions = {
  readonly environment: Environment;
  /** Configuration of the Costspan that the Collector sends to, if it was given. */
  readonly costspan?: Config;
  /** Names of the exporters that lead to Costspan, where neither name nor address says so. */
  readonly exporters: readonly string[];
};

/** The exporters that were looked at, and everything to change, in the order of the file. */
export type CheckedCollector = {
  readonly exporters: readonly string[];
  readonly findings: readonly CollectorFinding[];
};

/**
 * Checks a Collector's configuration for what makes costs complete: cost is taken before anything is sampled, and what
 * Costspan cannot take yet is kept on disk and never given up.
 */
export function checkCollector(text: string, options: CheckCollectorOptions): CheckedCollector {
  const read = readCollectorFile(text, options.environment);
  if (read.kind === 'invalid') return { exporters: [], findings: read.findings };
  const { file } = read;
  const exporters = costExporters(file, { ports: listeningPorts(options.costspan), exporters: options.exporters });
  const missing = options.exporters.filter((name) => !exporters.includes(name));
  const unknown = missing.map((name) => file.finding(['exporters'], `expected an OTLP exporter ${name}, ${known(file)}`));
  const none =
    'expected an exporter that leads to Costspan; name it so, as in otlp_http/costspan, or say which it is with --exporter';
  const findings = [
    ...unknown,
    ...(exporters.length + unknown.length === 0 ? [file.finding(['exporters'], `${none}; ${known(file)}`)] : []),
    ...exporters.flatMap((exporter) => checkExporter(file, exporter, options.costspan)),
  ];
  const unique = new Map(findings.map((finding) => [`${finding.path} ${finding.problem}`, finding]));
  return {
    exporters,
    findings: [...unique.values()].sort((one, other) => one.line - other.line || one.column - other.column),
  };
}

function checkExporter(file: CollectorFile, exporter: string, costspan: Config | undefined): readonly CollectorFinding[] {
  if (pipelinesTo(file, exporter).length === 0) {
    return [file.finding(['exporters', exporter], 'is used by no pipeline; add it to the exporters of a traces pipeline')];
  }
  return [...checkKeeping(file, exporter), ...checkOrder(file, exporter), ...checkCircle(file, exporter, returnPorts(costspan))];
}

function known(file: CollectorFile): string {
  return `found ${file.keys('exporters').join(', ') || 'none'}`;
}

function listeningPorts(costspan: Config | undefined): readonly number[] {
  return [costspan?.otlpHttp?.port, costspan?.otlpGrpc?.port].filter((port) => port !== undefined);
}

/** Ports of the destinations that priced spans go to, where that may be the Collector itself rather than a backend. */
function returnPorts(costspan: Config | undefined): readonly number[] {
  return (costspan?.service.exporters.traces ?? []).flatMap((name) => {
    const exporter = costspan?.exporters[name];
    if (exporter === undefined || exporter.type === 'file') return [];
    const address = exporter.type === 'otlp_http' ? exporter.urls.traces : exporter.address;
    const [, host = '', port = ''] = /^(?:https?:\/\/)?(\[[^\]]+\]|[^:/]+):(\d+)/.exec(address) ?? [];
    return /^(?:localhost|127\.|\[::1\])|collector|otel/.test(host) ? [Number(port)] : [];
  });
}
