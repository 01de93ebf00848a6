import { statSync } from 'node:fs';
import { readReport } from '../../packages/cli/src/report/report-data.ts';
import { packFacts } from '../../packages/collector-processor/src/facts/pack-facts.ts';
import { readPackedFacts, unpackFacts } from '../../packages/collector-processor/src/facts/read-packed-facts.ts';
import { createLedgerEngine, type LedgerEngine } from '../../packages/collector-processor/src/store/ledger-engine.ts';
import { openLedgerFile } from '../../packages/collector-processor/src/store/ledger-file.ts';
import { openLedgerReader } from '../../packages/collector-processor/src/store/ledger-reader.ts';
import { retentionMs, traceWindowMs } from '../../packages/collector-processor/src/store/limits.ts';
import { bearsCost, type CostFact } from '../../packages/ledger/src/index.ts';
import { createTraceRequest } from '../trace-payload.ts';
import { createBenchMeter } from './bench-meter.ts';

// One task in a process of its own: makes a ledger, opens it, or reports it. The answer is a message of numbers.
const [task = '', file = '', countText = '0'] = process.argv.slice(2);
const count = Number(countText);
const nowNs = 1_767_225_700_000_000_000n;
/** Time of use between one call and the next: all together fill a day. */
const stepNs = 86_400_000_000_000n / BigInt(Math.max(count, 1));
const tasks: Readonly<Record<string, () => Readonly<Record<string, number>>>> = {
  items,
  make,
  open,
  'report by type': () => report('type'),
  'report by day': () => report('day'),
  'report by model': () => report('model'),
};
process.send?.(tasks[task]?.() ?? {});
process.disconnect?.();

function items(): Readonly<Record<string, number>> {
  const engine = openEngine();
  // What it takes to run at all, from sources at that, is not the ledger's.
  commitCalls(engine, { calls: 1, callsPerTrace: 1, items: 1 });
  globalThis.gc?.();
  const before = process.memoryUsage.rss();
  commitCalls(engine, { calls: count, callsPerTrace: 1, items: count });
  globalThis.gc?.();
  const [megabytes, grown] = [process.memoryUsage.rss() / 1e6, (process.memoryUsage.rss() - before) / 1e6];
  engine.close();
  return { items: count, megabytes, grown };
}

function make(): Readonly<Record<string, number>> {
  const started = performance.now();
  const engine = openEngine();
  commitCalls(engine, { calls: count, callsPerTrace: 10, items: Math.ceil(count / 20) });
  engine.close();
  const seconds = (performance.now() - started) / 1_000;
  return { entries: count, items: Math.ceil(count / 20), seconds, bytesPerEntry: statSync(file).size / count };
}

function open(): Readonly<Record<string, number>> {
  const started = performance.now();
  const engine = openEngine();
  commitCalls(engine, { calls: 10, callsPerTrace: 10, items: 1 });
  const seconds = (performance.now() - started) / 1_000;
  engine.close();
  return { seconds };
}

function report(by: 'type' | 'day' | 'model'): Readonly<Record<string, number>> {
  const window = { basis: 'usage', fromNs: nowNs - 86_400_000_000_000n, toNs: nowNs + 86_400_000_000_000n } as const;
  const before = process.cpuUsage();
  const reader = openLedgerReader(file);
  const { totals } = readReport(reader, { by: { by }, window, timeZone: 'UTC' });
  reader.close();
  const { user, system } = process.cpuUsage(before);
  return { seconds: (user + system) / 1e6, entries: totals.spans };
}

function openEngine(): LedgerEngine {
  return createLedgerEngine(openLedgerFile({ file, currency: 'USD', nowNs }), { traceWindowMs, retentionMs });
}

type Calls = { readonly calls: number; readonly callsPerTrace: number; readonly items: number };

function commitCalls(engine: LedgerEngine, { calls, callsPerTrace, items: itemCount }: Calls): void {
  const call = meteredCall();
  const callsPerCommit = 2_000;
  for (let from = 0; from < calls; from += callsPerCommit) {
    const facts = Array.from({ length: Math.min(callsPerCommit, calls - from) }, (_, index) =>
      callOf(call, from + index, Math.floor((from + index) / callsPerTrace), itemCount),
    );
    engine.commit(readPackedFacts(packFacts(facts).bytes), nowNs + BigInt(from) * stepNs);
  }
}

function meteredCall(): CostFact {
  const metered = createBenchMeter()(createTraceRequest(1, 0, { plainSpans: 0, modelCalls: 1, items: 1, named: 'all' }), {});
  const call = metered.kind === 'metered' ? unpackFacts(metered.facts).find(bearsCost) : undefined;
  if (call === undefined) throw new Error('benches/ledger.ts: no call was metered');
  return call;
}

function callOf(call: CostFact, number: number, trace: number, itemCount: number): CostFact {
  // Ids that are spread as random ones are.
  const mixed = (Math.imul(trace + 1, 0x9e37_79b1) >>> 0).toString(16).padStart(8, '0');
  const spanId = (number + 1).toString(16).padStart(16, '0');
  const traceId = `${mixed}${trace.toString(16).padStart(24, '0')}`;
  return {
    ...call,
    ...{ traceId, spanId, startNs: call.startNs + BigInt(number) * stepNs, endNs: call.endNs + BigInt(number) * stepNs },
    item: { type: `type_${trace % 5}`, id: `ITEM-${trace % itemCount}`, source: 'span' },
    observation: {
      ...call.observation,
      ...{ entryId: `${traceId.slice(0, 16)}${spanId}`, callId: `openai:${number}`, agent: `agent_${number % 3}` },
    },
  };
}
