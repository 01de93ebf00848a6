import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePorts } from '../../integration/support/free-ports.ts';
import { startServe } from '../serve/processes.ts';

/** One program under the same load as the others. */
export type Contender = {
  readonly name: string;
  /** What it does with a request, in one sentence. */
  readonly does: string;
  /** Whether every request has to have new traces, because what it does depends on that. */
  readonly renew: boolean;
  readonly start: (folder: string, sinkPort: number) => Promise<Started>;
};

/** A contender that takes requests. */
export type Started = { readonly pid: number; readonly httpPort: number; readonly stop: () => Promise<void> };

const prices = fileURLToPath(new URL('../serve/prices.yaml', import.meta.url));

/** Everything that is compared. The Collector is the one built from `integration/collector/manifest.yaml`. */
export function contenders(collector: string): readonly Contender[] {
  return [
    {
      name: 'Collector, passing through',
      does: 'decodes, encodes, forwards',
      renew: false,
      start: (folder, sinkPort) => startCollector(collector, join(folder, 'pass'), sinkPort, ''),
    },
    {
      name: 'Collector, transform of two attributes',
      does: 'the same, and sets two attributes on every span with a constant each',
      renew: false,
      start: (folder, sinkPort) => startCollector(collector, join(folder, 'transform'), sinkPort, transform),
    },
    {
      name: 'Costspan, ledger off',
      does: 'finds what bears cost, prices it, writes the cost on these spans, forwards',
      renew: true,
      start: (folder, sinkPort) => startCostspan(join(folder, 'off'), sinkPort, 'off'),
    },
    {
      name: 'Costspan, ledger on',
      does: 'the same, and has entries and records on disk before it answers',
      renew: true,
      start: (folder, sinkPort) =>
        startCostspan(join(folder, 'on'), sinkPort, `{ file: ${JSON.stringify(join(folder, 'on', 'ledger.db'))} }`),
    },
  ];
}

const transform = `
  transform:
    trace_statements:
      - set(span.attributes["cost.amount"], 0.0042)
      - set(span.attributes["cost.currency"], "USD")`;

/** A Collector that answers when the destination has answered, as Costspan does: no queue, no batches, no compression. */
async function startCollector(program: string, folder: string, sinkPort: number, processors: string): Promise<Started> {
  await mkdir(folder, { recursive: true });
  const [port = 0, health = 0, metrics = 0] = await freePorts(3);
  const config = join(folder, 'collector.yaml');
  await writeFile(
    config,
    `extensions: { health_check: { endpoint: "127.0.0.1:${health}" } }
receivers: { otlp: { protocols: { http: { endpoint: "127.0.0.1:${port}" } } } }
processors: ${processors === '' ? '{}' : processors}
exporters:
  otlp_http:
    endpoint: http://127.0.0.1:${sinkPort}
    compression: none
    sending_queue: { enabled: false }
    retry_on_failure: { enabled: false }
service:
  extensions: [health_check]
  telemetry: { metrics: { readers: [{ pull: { exporter: { prometheus: { host: 127.0.0.1, port: ${metrics} } } } }] } }
  pipelines:
    traces: { receivers: [otlp], processors: [${processors === '' ? '' : 'transform'}], exporters: [otlp_http] }
`,
  );
  const child = spawn(program, ['--config', config], { stdio: 'ignore' });
  if (child.pid === undefined) throw new Error('the Collector did not start');
  while ((await fetch(`http://127.0.0.1:${health}`).catch(() => undefined))?.status !== 200) {
    if (child.exitCode !== null) throw new Error(`the Collector ended with ${child.exitCode}; its configuration is ${config}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const stop = async (): Promise<void> => {
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
  };
  return { pid: child.pid, httpPort: port, stop };
}

async function startCostspan(folder: string, sinkPort: number, ledger: string): Promise<Started> {
  await mkdir(folder, { recursive: true });
  return startServe(
    folder,
    `receivers: { otlp: { protocols: { http: { endpoint: "127.0.0.1:0" } } } }
exporters: { otlp_http/sink: { endpoint: "http://127.0.0.1:${sinkPort}", compression: none } }
pricing: { books: [${JSON.stringify(prices)}] }
ledger: ${ledger}
${ledger === 'off' ? '' : 'records: { exporters: [otlp_http/sink] }'}
service: { traces: { exporters: [otlp_http/sink] } }
`,
  );
}
