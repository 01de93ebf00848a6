import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type OtlpSink, startOtlpSink } from '@costspan/testkit';
import { freePorts } from '../support/free-ports.ts';
import { startCostspan } from '../support/start-costspan.ts';
import { type RunningPrometheus, startPrometheus } from './start-prometheus.ts';
import { variedRequest } from './varied-traffic.ts';

/** A service that takes all kinds of traffic, and a Prometheus that scrapes it. */
export type ScrapedService = AsyncDisposable & {
  readonly prometheus: RunningPrometheus;
  readonly ledgerFile: string;
  /** Sends no more. Resolves once the last request was answered. */
  readonly stopTraffic: () => Promise<void>;
};

/** Requests sent at most: more than any test waits for. */
const requestsMax = 600;
const pauseMs = 200;

/** Starts both, and traffic that goes on until it is stopped. */
export async function startScrapedService(program: string): Promise<ScrapedService> {
  const folder = mkdtempSync(join(tmpdir(), 'costspan-prometheus-'));
  mkdirSync(join(folder, 'prometheus'));
  const sink = await startOtlpSink();
  const [port = 0] = await freePorts(1);
  const endpoint = `127.0.0.1:${port}`;
  const config = join(folder, 'costspan.yaml');
  // A destination that is busy now and then, and refuses now and then: what is retried and what is lost has to be seen.
  const busy = await startOtlpSink();
  for (let index = 0; index < requestsMax; index += 1) busy.enqueue({ status: 503 }, { status: 400 });
  writeFileSync(config, configText(endpoint, sink, busy));
  const costspan = await startCostspan({ config, folder, env: {}, endpoint });
  const prometheus = await startPrometheus(program, join(folder, 'prometheus'), endpoint);
  const stopped = new AbortController();
  const traffic = sendUntil(stopped.signal, `http://${endpoint}`);
  return {
    prometheus,
    ledgerFile: join(folder, 'costspan.db'),
    stopTraffic: () => {
      stopped.abort();
      return traffic;
    },
    [Symbol.asyncDispose]: async () => {
      stopped.abort();
      await traffic.catch(() => undefined);
      await prometheus[Symbol.asyncDispose]();
      await costspan[Symbol.asyncDispose]();
      await Promise.all([sink.close(), busy.close()]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function configText(endpoint: string, sink: OtlpSink, busy: OtlpSink): string {
  return `
receivers: {otlp: {protocols: {http: {endpoint: "${endpoint}"}}}}
exporters:
  otlp_http/backend: {endpoint: "${sink.url}"}
  otlp_http/busy: {endpoint: "${busy.url}", retry_on_failure: {initial_interval: 100ms}}
ledger: {file: ./costspan.db, trace_window: 2s}
records: {exporters: [otlp_http/backend], interval: 1s}
service: {traces: {exporters: [otlp_http/backend, otlp_http/busy]}}
`;
}

/** One request after the other with a pause, so that counters grow while they are scraped. */
async function sendUntil(abort: AbortSignal, url: string): Promise<void> {
  for (let round = 0; round < requestsMax && !abort.aborted; round += 1) {
    const request = { method: 'POST', headers: { 'content-type': 'application/json' }, body: variedRequest(round) };
    const response = await fetch(`${url}/v1/traces`, request);
    if (response.status !== 200) throw new Error(`refused with ${response.status}: ${await response.text()}`);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}
