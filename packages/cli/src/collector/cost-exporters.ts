import type { CollectorFile } from './collector-file.ts';

/** What tells the exporters that lead to Costspan from others. */
export type CostspanAddress = {
  /** Ports a Costspan listens on; empty where its configuration was not given. */
  readonly ports: readonly number[];
  /** Names of exporters that the user says lead to Costspan. */
  readonly exporters: readonly string[];
};

/** Types of exporters that speak OTLP, old names included. */
const otlpTypes: readonly string[] = ['otlp', 'otlp_grpc', 'otlphttp', 'otlp_http'];
const balancingTypes: readonly string[] = ['load_balancing', 'loadbalancing'];

/** The type of a component: the part of its name before `/`. */
export function typeOf(name: string): string {
  return name.split('/', 1)[0] ?? name;
}

/** Whether an exporter spreads what it gets over several others. */
export function isBalancing(exporter: string): boolean {
  return balancingTypes.includes(typeOf(exporter));
}

/** Exporters that lead to Costspan: said so, named so, or sending to where Costspan listens. */
export function costExporters(file: CollectorFile, address: CostspanAddress): readonly string[] {
  const candidates = file.keys('exporters').filter((name) => otlpTypes.includes(typeOf(name)) || isBalancing(name));
  if (address.exporters.length > 0) return candidates.filter((name) => address.exporters.includes(name));
  const named = candidates.filter((name) => [name, ...targetsOf(file, name)].some((text) => text.includes('costspan')));
  // Other hosts may use the same port: it counts only where no name says anything.
  if (named.length > 0) return named;
  return candidates.filter((name) => targetsOf(file, name).some((target) => isPortOf(target, address.ports)));
}

/** Everything in the configuration of an exporter that says where it sends to. */
function targetsOf(file: CollectorFile, name: string): readonly string[] {
  const single = [
    file.at('exporters', name, 'endpoint'),
    file.at('exporters', name, 'traces_endpoint'),
    file.at('exporters', name, 'logs_endpoint'),
    file.at('exporters', name, 'resolver', 'dns', 'hostname'),
    file.at('exporters', name, 'resolver', 'k8s', 'service'),
  ].filter((each) => typeof each === 'string');
  return [...single, ...file.texts('exporters', name, 'resolver', 'static', 'hostnames')];
}

/** Whether an address such as `http://127.0.0.1:4319/v1/traces` or `costs:4317` names one of these ports. */
export function isPortOf(address: string, ports: readonly number[]): boolean {
  const port = /:(\d+)(?:\/|$)/.exec(address)?.[1];
  return port !== undefined && ports.includes(Number(port));
}
