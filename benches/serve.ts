// How many spans `costspan serve` takes, prices, forwards and keeps per second of processor time, all its threads counted.
// Load and destination run in processes of their own. Linux only (it reads /proc). Build first: it measures what is published.
// Run: node --conditions=costspan-source benches/serve.ts [--only a] [--seconds 10] [--workers 2] [--gate 0.3]
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ask, cpuSeconds, residentMebibytes, type ServeUnderTest, startScript, startServe } from './serve/processes.ts';
import { type Scenario, scenarios } from './serve/scenarios.ts';

const { values: flags } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    seconds: { type: 'string', default: '10' },
    connections: { type: 'string', default: '4' },
    workers: { type: 'string', default: '1' },
    /** Share of the floor that must be reached; generous where the machine is shared. */
    gate: { type: 'string' },
  },
});
const seconds = Number(flags.seconds);
const prices = fileURLToPath(new URL('./serve/prices.yaml', import.meta.url));

type Measured = {
  readonly rate: number;
  readonly wallRate: number;
  readonly residentMebibytes: number;
  readonly delayMs: number;
  readonly refusedRequests: number;
};

for (const scenario of scenarios) {
  if (!scenario.name.startsWith(flags.only)) continue;
  const folder = await mkdtemp(join(tmpdir(), 'costspan-bench-'));
  try {
    report(scenario, await measureScenario(scenario, folder));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function measureScenario(scenario: Scenario, folder: string): Promise<Measured> {
  const sink = startScript('./sink.ts');
  const ports = await ask<{ readonly http: number; readonly grpc: number }>(sink);
  const serving = await startServe(folder, configOf(scenario, ports, folder));
  const load = startScript('./load.ts', loadFlags(scenario, serving));
  try {
    return await measure(serving, load, scenario);
  } finally {
    load.disconnect();
    await serving.stop();
    sink.disconnect();
  }
}

type Progress = { readonly acknowledgedSpans: number; readonly refusedRequests: number };

/** First at full load for the rate, then at half of that for the delay: a loop that is never idle is late by definition. */
async function measure(serving: ServeUnderTest, load: ReturnType<typeof startScript>, scenario: Scenario): Promise<Measured> {
  await settle(load);
  const [before, cpuBefore, startedMs] = [await ask<Progress>(load), cpuSeconds(serving.pid), performance.now()];
  const peak = await watchMemory(serving.pid, seconds);
  const [after, cpuAfter, endedMs] = [await ask<Progress>(load), cpuSeconds(serving.pid), performance.now()];
  const spans = after.acknowledgedSpans - before.acknowledgedSpans;
  const wallRate = (spans * 1_000) / (endedMs - startedMs);
  await ask(load, { rate: Math.min(wallRate, scenario.goal) / 2 });
  await wait(1);
  await eventLoopDelayMs(serving.httpPort);
  await wait(seconds);
  return {
    rate: spans / (cpuAfter - cpuBefore),
    wallRate,
    residentMebibytes: peak,
    delayMs: await eventLoopDelayMs(serving.httpPort),
    refusedRequests: after.refusedRequests,
  };
}

/** Resolves once requests have been answered for a while and the code is warm. */
async function settle(load: ReturnType<typeof startScript>): Promise<void> {
  for (let spans = 0; spans === 0; ) {
    await wait(0.2);
    spans = (await ask<Progress>(load)).acknowledgedSpans;
  }
  await wait(4);
}

async function watchMemory(pid: number, forSeconds: number): Promise<number> {
  let peak = 0;
  for (const endMs = performance.now() + forSeconds * 1_000; performance.now() < endMs; await wait(0.25)) {
    peak = Math.max(peak, residentMebibytes(pid));
  }
  return peak;
}

/** 99th percentile since it was asked last, as the service itself measures it. */
async function eventLoopDelayMs(port: number): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  return Number(/^costspan_event_loop_delay_p99_seconds (\S+)/m.exec(text)?.[1]) * 1_000;
}

function wait(forSeconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, forSeconds * 1_000));
}

function loadFlags({ transport, encoding, compressionIn, share, ledger }: Scenario, serving: ServeUnderTest): readonly string[] {
  const port = transport === 'grpc' ? serving.grpcPort : serving.httpPort;
  const words = { port, transport, encoding, compression: compressionIn, share, connections: flags.connections };
  return [...Object.entries(words).map(([name, value]) => `--${name}=${value}`), ...(ledger ? ['--renew'] : [])];
}

function configOf(
  { transportOut, compressionOut, ledger }: Scenario,
  ports: { readonly http: number; readonly grpc: number },
  folder: string,
): string {
  const exporter =
    transportOut === 'grpc'
      ? `otlp_grpc/sink: { endpoint: "http://127.0.0.1:${ports.grpc}", compression: ${compressionOut} }`
      : `otlp_http/sink: { endpoint: "http://127.0.0.1:${ports.http}", compression: ${compressionOut} }`;
  const name = exporter.slice(0, exporter.indexOf(':'));
  return `receivers: { otlp: { protocols: { http: { endpoint: "127.0.0.1:0" }, grpc: { endpoint: "127.0.0.1:0" } } } }
exporters: { ${exporter} }
pricing: { books: [${JSON.stringify(prices)}] }
ledger: ${ledger ? `{ file: ${JSON.stringify(join(folder, 'ledger.db'))} }` : 'off'}
${ledger ? `records: { exporters: [${name}] }` : ''}
service: { traces: { exporters: [${name}] } ${flags.workers === '1' ? '' : `, workers: ${flags.workers}`} }
`;
}

function report({ name, floor, goal, residentMebibytesMax }: Scenario, measured: Measured): void {
  const thousands = (rate: number): string => `${Math.round(rate / 1_000)}k`;
  console.log(
    `${name}\n  ${thousands(measured.rate)} spans per CPU-second (floor ${thousands(floor)}, goal ${thousands(goal)}), ` +
      `${thousands(measured.wallRate)} a second; ${Math.round(measured.residentMebibytes)} MiB resident (limit ${residentMebibytesMax}); ` +
      `event-loop delay p99 ${measured.delayMs.toFixed(1)} ms at half load (limit 5); ${measured.refusedRequests} requests refused`,
  );
  if (flags.gate === undefined) return;
  if (measured.rate < floor * Number(flags.gate) || measured.residentMebibytes > residentMebibytesMax * 1.5) {
    console.error(`benches/serve.ts: ${name}: expected at least ${thousands(floor * Number(flags.gate))} spans per CPU-second`);
    process.exitCode = 1;
  }
}
