import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createLogger, openLedgerReader, parseConfig, type Service, serve, systemClock } from '@costspan/collector-processor';
import type { CostRecord, Entry } from '@costspan/ledger';
import { type PlannedSpan, traceRequest } from './random-traces.ts';

/** Price book of the tests: path of its file. */
export const testBook: string = fileURLToPath(new URL('./test-book.yaml', import.meta.url));

/** A folder that is removed at the end of the scope. */
export async function temporaryFolder(): Promise<{ readonly path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), 'costspan-test-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** What may differ from service to service. */
export type TestServiceOptions = {
  /** Default: what spans cost as telemetry is not booked. */
  readonly telemetrySku?: string;
};

/** The whole service in this process: a real socket, the meter, and a ledger file of its own. */
export async function startService(ledgerFile: string, { telemetrySku }: TestServiceOptions = {}): Promise<Service> {
  const telemetry = telemetrySku === undefined ? '' : `, telemetry: { sku: ${telemetrySku} }`;
  const loaded = parseConfig(
    `
receivers: { otlp: { protocols: { http: { endpoint: "127.0.0.1:0" } } } }
pricing: { catalog: false, books: [${JSON.stringify(testBook)}]${telemetry} }
ledger: { file: ${JSON.stringify(ledgerFile)} }
work_items: { types: { ticket: { completed: [resolved] }, claim: { completed: [processed] } } }
`,
    {},
  );
  if (loaded.kind === 'invalid') throw new Error(loaded.issues.map(({ problem }) => problem).join('\n'));
  return serve({ config: loaded.config, logger: failingLogger });
}

/** Faults inside the service must show in the output of the test they fail. */
const failingLogger = createLogger({
  level: 'error',
  encoding: 'console',
  clock: systemClock,
  write: (line) => process.stderr.write(line),
});

/** Sends spans as one OTLP/JSON request; throws unless they were acknowledged. */
export async function sendSpans(url: string, spans: readonly PlannedSpan[]): Promise<void> {
  const response = await fetch(`${url}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: traceRequest(spans),
  });
  const body = await response.text();
  if (response.status !== 200) throw new Error(`${response.status}: ${body}`);
}

/** What a ledger file holds at the end: every live entry and every record, without what differs between two files by design. */
export function ledgerState(file: string): { readonly entries: readonly unknown[]; readonly records: readonly unknown[] } {
  const reader = openLedgerReader(file);
  try {
    const records = [...reader.records()];
    const entries = [...records.flatMap(({ item }) => reader.entriesOf(item)), ...reader.unattributed(10_000)];
    return {
      records: records.filter(({ spans }) => Object.keys(spans).length > 0 || true).map(withoutFileFacts),
      entries: entries
        .filter(({ state }) => state === 'live')
        .map(withoutHistory)
        .sort((left, right) => (left.id < right.id ? -1 : 1)),
    };
  } finally {
    reader.close();
  }
}

function withoutFileFacts({ emitter: _, revision: __, ...record }: CostRecord): Omit<CostRecord, 'emitter' | 'revision'> {
  return record;
}

/** How often a decision changed on the way depends on the order; what was decided in the end does not. */
function withoutHistory({
  emitter: _,
  version: __,
  recordedAtNs: ___,
  ...entry
}: Entry): Omit<Entry, 'emitter' | 'version' | 'recordedAtNs'> {
  return entry;
}
