import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createLogger, openLedgerReader, parseConfig, type Service, serve, systemClock } from '@costspan/collector-processor';
import { sumsOfRecord } from '@costspan/ledger';
import { formatPico, parsePico } from '@costspan/pricing';
import { beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../test/support/test-service.ts';
import { pythonWith } from '../python/install.ts';
import { conversationCost, conversations } from '../support/agent-traffic.ts';
import { repository } from '../support/cache-folder.ts';
import { goModuleFolder } from '../support/go-program.ts';
import { clickhouseRequirements } from './requirements.ts';

const here = join(repository, 'integration/clickhouse');
const python = pythonWith(clickhouseRequirements);
if (python.kind === 'skipped') console.log(`The views for ClickHouse are skipped: ${python.why}`);

type Row = Readonly<Record<string, unknown>>;

/** The exporter's own table of logs, as its version in the Collector's manifest makes it. */
function exporterTable(): string {
  const module = 'github.com/open-telemetry/opentelemetry-collector-contrib/exporter/clickhouseexporter';
  const folder = goModuleFolder(module, 'v0.161.0');
  return readFileSync(join(folder, 'internal/sqltemplates/logs_table.sql'), 'utf8')
    .replace('{{ident .Database}}.{{ident .TableName}} {{.ClusterString}}', 'otel_logs')
    .replace(/\{\{- if \.HasFullTextSearch\}\}[\s\S]*?\{\{- else\}\}([\s\S]*?)\{\{- end\}\}/, '$1')
    .replace('{{.Engine}}', 'MergeTree')
    .replace('{{.TTL}}', '');
}

function statements(sql: string): readonly string[] {
  return sql.split(/;\s*$/m).filter((statement) => statement.replace(/--.*$/gm, '').trim() !== '');
}

/** A meter with a ledger of its own whose events, of entries and of records, go to a file. */
async function startMeter(folder: string, name: string): Promise<Service & { readonly ledger: string; readonly log: string }> {
  const [ledger, log] = [join(folder, `${name}.db`), join(folder, `${name}.jsonl`)];
  const loaded = parseConfig(
    `receivers: { otlp: { protocols: { http: { endpoint: "127.0.0.1:0" } } } }
exporters: { file/events: { path: ${JSON.stringify(log)} } }
ledger: { file: ${JSON.stringify(ledger)} }
records: { exporters: [file/events], entries: [file/events] }`,
    {},
  );
  if (loaded.kind === 'invalid') throw new Error(loaded.issues.map(({ problem }) => problem).join('\n'));
  const service = await serve({
    config: loaded.config,
    logger: createLogger({
      level: 'error',
      encoding: 'console',
      clock: systemClock,
      write: (line) => process.stderr.write(line),
    }),
  });
  return { ...service, ledger, log };
}

async function send(url: string, requests: readonly string[]): Promise<void> {
  for (const body of requests) {
    const answer = await fetch(`${url}/v1/traces`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    expect(answer.status, await answer.text()).toBe(200);
  }
}

/** Rows of the exporter's table for the OTLP/JSON requests of a file. */
function rowsOf(file: string): readonly Row[] {
  return readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .flatMap((line) => JSON.parse(line).resourceLogs)
    .flatMap(({ scopeLogs }) => scopeLogs)
    .flatMap(({ logRecords }) => logRecords)
    .map((log) => ({
      Timestamp: Number(BigInt(log.timeUnixNano) / 1_000_000_000n),
      TraceId: log.traceId ?? '',
      EventName: log.eventName,
      LogAttributes: Object.fromEntries(log.attributes.map(({ key, value }: { key: string; value: Row }) => [key, text(value)])),
    }));
}

/** A value as the exporter writes it in its map of texts. */
function text(value: Row): string {
  const [only] = Object.values(value);
  return typeof only === 'object' ? JSON.stringify(only) : String(only);
}

function ask(
  rows: readonly (readonly Row[])[],
  queries: Readonly<Record<string, string>>,
): Readonly<Record<string, readonly Row[]>> {
  if (python.kind === 'skipped') throw new Error(python.why);
  const setup = [exporterTable(), ...statements(readFileSync(join(repository, 'deploy/clickhouse/costspan.sql'), 'utf8'))];
  const answer = execFileSync(python.interpreter, [join(here, 'query.py')], {
    input: JSON.stringify({ setup, rows, queries }),
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  return JSON.parse(answer);
}

/** Conversations that were sent to a meter that does not have them already: six of each ten. */
const resent = 18;

/** The queries that the documentation shows. */
function documented(): readonly string[] {
  const page = readFileSync(join(repository, 'docs/clickhouse.md'), 'utf8');
  return [...page.matchAll(/^```sql\n([\s\S]*?)^```/gm)].flatMap(([, block = '']) => statements(block));
}

const byItem = 'SELECT item_type, item_id, toString(total) AS total, toString(waste) AS waste, complete';

describe.skipIf(python.kind === 'skipped')('the views for ClickHouse', () => {
  let answers: Readonly<Record<string, readonly Row[]>> = {};
  let truth: readonly Row[] = [];
  let entryCount = 0;

  beforeAll(async () => {
    await using folder = await temporaryFolder();
    const all = conversations(60);
    // One ledger that saw everything once is the truth; three meters saw a third each, and some traces twice.
    const undisturbed = await startMeter(folder.path, 'undisturbed');
    await send(undisturbed.url, all);
    await undisturbed.close();
    const meters = await Promise.all(['a', 'b', 'c'].map((name) => startMeter(folder.path, name)));
    for (const [index, meter] of meters.entries()) {
      await send(
        meter.url,
        all.filter((_, each) => each % 3 === index),
      );
      await meter.flush();
      // Ten traces are retried at the wrong meter, and each meter sees some of its own again.
      await send(meter.url, all.slice(index * 10, index * 10 + 10));
      await meter.close();
    }
    const reader = openLedgerReader(undisturbed.ledger);
    truth = [...reader.records()].map((record) => ({
      item_type: record.item.type,
      item_id: record.item.id,
      total: formatPico(sumsOfRecord(record).totalPico),
      waste: formatPico(record.wastePico),
      complete: Number(record.complete),
    }));
    entryCount = [...reader.entries()].filter(({ state }) => state === 'live').length;
    reader.close();
    const written = meters.map(({ log }) => rowsOf(log));
    const shuffled = written.flat().toSorted((one, other) => hash(JSON.stringify(one)) - hash(JSON.stringify(other)));
    answers = ask(
      [shuffled, ...written, rowsOf(undisturbed.log).slice(0, 0)].filter((rows) => rows.length > 0),
      {
        entries: 'SELECT count() AS n, uniqExact(entry_id) AS ids FROM costspan_entries',
        fromEntries: `${byItem} FROM costspan_work_items_from_entries ORDER BY item_id`,
        records: 'SELECT count() AS n, uniqExact(emitter) AS emitters FROM costspan_records',
        fromRecords: `${byItem}, ledgers FROM costspan_work_items ORDER BY item_id`,
        categories: "SELECT item_id, toString(categories['llm']) AS llm FROM costspan_work_items ORDER BY item_id",
        ...Object.fromEntries(documented().map((query, index) => [`documented-${index}`, query])),
        raw: "SELECT count() AS n FROM otel_logs WHERE EventName = 'costspan.entry'",
      },
    );
  }, 300_000);

  test('have one row per entry, whoever and however often it was written', () => {
    expect(Number(answers['raw']?.[0]?.['n'])).toBeGreaterThan(2 * entryCount);
    expect(answers['entries']?.map((row) => [Number(row['n']), Number(row['ids'])])).toEqual([[entryCount, entryCount]]);
  });

  test('cost of items from entries is that of a ledger that saw everything once, to the last digit', () => {
    expect(answers['fromEntries']).toEqual(sorted(truth));
  });

  test('answer what the documentation asks', () => {
    expect(documented()).toHaveLength(2);
    expect(answers['documented-0']).toEqual([]);
    expect(answers['documented-1']).toEqual([{ model: 'gpt-4o-mini', cost: expect.anything() }]);
  });

  test('records are one row per item and ledger, at its last revision', () => {
    const [row] = answers['records'] ?? [];
    expect(Number(row?.['emitters'])).toBe(3);
    // Ten items, each of which every meter saw.
    expect(Number(row?.['n'])).toBe(30);
  });

  test('cost of items from records is the sum over their ledgers, each of which counts what it saw', () => {
    const rows = answers['fromRecords'] ?? [];
    expect(rows.map((row) => [row['item_id'], Number(row['ledgers'])])).toEqual(sorted(truth).map((row) => [row['item_id'], 3]));
    // Eighteen conversations reached a second meter; only entries tell that they are the same.
    const total = rows.reduce((sum, row) => sum + (parsePico(String(row['total'])) ?? 0n), 0n);
    expect(formatPico(total)).toBe(formatPico((parsePico(conversationCost) ?? 0n) * BigInt(60 + resent)));
    expect(answers['categories']).toEqual(rows.map((row) => ({ item_id: row['item_id'], llm: row['total'] })));
  });
});

function sorted(rows: readonly Row[]): readonly Row[] {
  return rows.toSorted((one, other) => (String(one['item_id']) < String(other['item_id']) ? -1 : 1));
}

/** A stable shuffle. */
function hash(value: string): number {
  let sum = 0;
  for (const character of value) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 1_000_003;
  return sum;
}
