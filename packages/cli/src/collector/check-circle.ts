import { pipelinesTo, upstreamOf } from './check-order.ts';
import type { CollectorFile, CollectorFinding } from './collector-file.ts';
import { isPortOf } from './cost-exporters.ts';

/** Where the Collector's OTLP receiver listens unless told otherwise. */
const defaultEndpoints: Readonly<Record<string, string>> = { grpc: 'localhost:4317', http: 'localhost:4318' };

/** Receivers that take priced spans from Costspan and give them to Costspan again. `returnPorts`: where Costspan sends traces to. */
export function checkCircle(file: CollectorFile, exporter: string, returnPorts: readonly number[]): readonly CollectorFinding[] {
  const traces = pipelinesTo(file, exporter).filter((name) => name.split('/', 1)[0] === 'traces');
  return [...upstreamOf(file, traces)].flatMap((pipeline) =>
    file
      .texts('service', 'pipelines', pipeline, 'receivers')
      .flatMap((receiver, index) =>
        endpointsOf(file, receiver).some((endpoint) => isPortOf(endpoint, returnPorts))
          ? [
              file.finding(
                ['service', 'pipelines', pipeline, 'receivers', index],
                `${receiver} is where Costspan sends its spans to, and they would come back to it without end; give Costspan a receiver of its own, such as otlp/priced`,
              ),
            ]
          : [],
      ),
  );
}

function endpointsOf(file: CollectorFile, receiver: string): readonly string[] {
  return file.keys('receivers', receiver, 'protocols').flatMap((protocol) => {
    const endpoint = file.at('receivers', receiver, 'protocols', protocol, 'endpoint') ?? defaultEndpoints[protocol];
    return typeof endpoint === 'string' ? [endpoint] : [];
  });
}
