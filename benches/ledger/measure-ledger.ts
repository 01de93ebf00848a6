import { readPackedFacts } from '../../packages/collector-processor/src/facts/read-packed-facts.ts';
import { createLedgerEngine } from '../../packages/collector-processor/src/store/ledger-engine.ts';
import { openLedgerFile } from '../../packages/collector-processor/src/store/ledger-file.ts';
import { retentionMs, traceWindowMs } from '../../packages/collector-processor/src/store/limits.ts';
import { createTraceRequest, type TraceShape } from '../trace-payload.ts';
import { createBenchMeter } from './bench-meter.ts';

const tracesPerRequest = 73;
const requestCount = 240;
const requestsPerCommit = 8;
const nowNs = 1_767_225_700_000_000_000n;

/** Processor time that the ledger takes for one trace of a shape, microseconds. */
export function measureLedger(file: string, shape: TraceShape): number {
  const meter = createBenchMeter();
  const packed = Array.from({ length: requestCount }, (_, index) => {
    const metered = meter(createTraceRequest(tracesPerRequest, index * tracesPerRequest, shape), {});
    if (metered.kind !== 'metered') throw new Error(metered.message);
    return metered.facts.bytes;
  });
  const engine = createLedgerEngine(openLedgerFile({ file, currency: 'USD', nowNs }), { traceWindowMs, retentionMs });
  const times: number[] = [];
  for (let index = 0; index < requestCount; index += requestsPerCommit) {
    const before = process.cpuUsage();
    const traces = packed.slice(index, index + requestsPerCommit).flatMap((bytes) => readPackedFacts(bytes));
    engine.commit(traces, nowNs + BigInt(index) * 1_000_000n);
    const { user, system } = process.cpuUsage(before);
    times.push((user + system) / traces.length);
  }
  engine.close();
  const warm = times.slice(times.length / 2).sort((one, other) => one - other);
  return warm[warm.length >> 1] ?? Number.NaN;
}
