// How many spans `costspan serve` takes, prices, forwards and keeps per second of processor time, all its threads counted.
// Load and destination run in processes of their own. Linux only (it reads /proc). Build first: it measures what is published.
// Run: node --conditions=costspan-source benches/serve.ts [--only a] [--seconds 10] [--workers 2] [--gate 0.3]
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ask, cpuSeconds, residentMebibytes, type ServeUnderTest, startScript, startServe } from './serve/processes.ts';
import { measureReference, referenceRate } from './serve/reference.ts';
import { type Scenario, scenarios } from './serve/scenarios.ts';

const { values: flags } = parseArgs({
  options: {
    /** First letters of the scenarios to run, for example `abc`. Default: all. */
    only: { type: 'string', default: '' },
    seconds: { type: 'string', default: '10' },
    connections: { type: 'string', default: '4' },
    workers: { type: 'string', default: '1' },
    /** Share of the floor that must be reached, for the speed of this machine; generous where the machine is shared. */
    gate: { type: 'string' },
  },
});
const seconds = Number(flags.seconds);
const prices = fileURLToPath(new URL('./serve/prices.yaml', import.meta.url));

type Measured = {
  /** Spans per CPU-second. */
  readonly rate: number;
  /** Spans per second. */
  readonly wallRate: number;
  /** Speed of this machine as a share of the one the goals are for. */
  readonly machine: number;
  readonly memory: Memory;
  readonly delayMs: number;
  readonly refusedRequests: number;
};
/** Resident memory in MiB: the most, and the average of the first and the last quarter of the time. */
type Memory = { readonly peak: number; readonly first: number; readonly last: number };

for (const scenario of scenarios) {
  if (flags.only !== '' && !flags.only.includes(scenario.name.charAt(0))) continue;
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
  const memory = await watchMemory(serving.pid, seconds);
  const [after, cpuAfter, endedMs] = [await ask<Progress>(load), cpuSeconds(serving.pid), performance.now()];
  const spans = after.acknowledgedSpans - before.acknowledgedSpans;
  const wallRate = (spans * 1_000) / (endedMs - startedMs);
  await ask(load, { rate: Math.min(wallRate, scenario.goal) / 2 });
  await wait(1);
  await eventLoopDelayMs(serving.httpPort);
  await wait(Math.min(seconds, 10));
  const delayMs = await eventLoopDelayMs(serving.httpPort);
  const { refusedRequests } = await ask<Progress>(load, { rate: 1 });
  const machine = measureReference() / referenceRate;
  return { rate: spans / (cpuAfter - cpuBefore), wallRate, machine, memory, delayMs, refusedRequests };
}

/** Resolves once requests have been answered for a while and the code is warm. */
async function settle(load: ReturnType<typeof startScript>): Promise<void> {
  for (let spans = 0; spans === 0; ) {
    await wait(0.2);
    spans = (await ask<Progress>(load)).acknowledgedSpans;
  }
  await wait(4);
}

async function watchMemory(pid: number, forSeconds: number): Promise<Memory> {
  const samples: number[] = [];
  for (const endMs = performance.now() + forSeconds * 1_000; performance.now() < endMs; await wait(0.25)) {
    samples.push(residentMebibytes(pid));
  }
  const quarter = Math.ceil(samples.length / 4);
  return {
    peak: Math.max(...samples),
    first: average(samples.slice(0, quarter)),
    last: average(samples.slice(-quarter)),
  };
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
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
  const name = `otlp_${transportOut}/sink`;
  const lines = [
    'receivers: { otlp: { protocols: { http: { endpoint: "127.0.0.1:0" }, grpc: { endpoint: "127.0.0.1:0" } } } }',
    `exporters: { ${name}: { endpoint: "http://127.0.0.1:${ports[transportOut]}", compression: ${compressionOut} } }`,
    `pricing: { books: [${JSON.stringify(prices)}] }`,
    ledger ? `ledger: { file: ${JSON.stringify(join(folder, 'ledger.db'))} }` : 'ledger: off',
    ...(ledger ? [`records: { exporters: [${name}] }`] : []),
    `service: { traces: { exporters: [${name}] }, workers: ${flags.workers}, telemetry: { logs: { level: warn } } }`,
  ];
  return lines.join('\n');
}

function report({ name, floor, goal, residentMebibytesMax }: Scenario, measured: Measured): void {
  const { rate, wallRate, machine, memory, delayMs, refusedRequests } = measured;
  const thousands = (value: number): string => `${Math.round(value / 1_000)}k`;
  console.log(`${name}
  ${thousands(rate)} spans per CPU-second at ${machine.toFixed(2)} of the speed the goals are for: ${thousands(rate / machine)} (floor ${thousands(floor)}, goal ${thousands(goal)}); ${thousands(wallRate)} a second
  ${Math.round(memory.peak)} MiB resident at most (limit ${residentMebibytesMax}), ${Math.round(memory.first)} at first and ${Math.round(memory.last)} at last
  event-loop delay p99 ${delayMs.toFixed(1)} ms at half load (limit 5); ${refusedRequests} requests refused`);
  if (flags.gate === undefined) return;
  const least = floor * Number(flags.gate);
  if (rate / machine >= least && memory.peak <= residentMebibytesMax * 1.5) return;
  console.error(
    `benches/serve.ts: ${name}: expected at least ${thousands(least)} spans per CPU-second and at most ${residentMebibytesMax * 1.5} MiB`,
  );
  process.exitCode = 1;
}
