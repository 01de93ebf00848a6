// What the meter and the ledger cost, over a plain relay in the same run; memory, opening and reports of a large ledger.
// Run: node --conditions=costspan-source benches/ledger.ts [--entries 1000000] [--only meter|ledger|items|file]
//
// Method. Times are processor time. The relay is a thread that receives OTLP/HTTP requests, validates them as the meter does,
// forwards them and answers; its load and destination run on a thread of their own, which is not counted. The same thread with
// the meter in it is measured in turns with it, and the medians of the turns are compared. The ledger commits to a file on disk,
// `synchronous=FULL`, eight requests of 511 spans in a transaction, after a warm-up of half of them. Traces are whole, of seven
// spans, over 2,000 work items; a span of another trace adds what seven plain spans cost, divided by seven, and a cost-bearing
// span what is left of a trace with one. Large ledgers are made of one metered fact under other ids and agents, in traces of ten
// calls, and fill a day; each report is made by a process of its own, whose start is not counted. Its time is also given for a
// machine on which protobufjs has the speed it had where the goals were set, measured right after it.
import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ledgerYoungMebibytes } from '../packages/collector-processor/src/store/limits.ts';
import { measureLedger } from './ledger/measure-ledger.ts';
import { measureRelay } from './ledger/measure-relay.ts';
import { measureReference, referenceRate } from './serve/reference.ts';

const { values: flags } = parseArgs({
  options: { entries: { type: 'string', default: '1000000' }, only: { type: 'string', default: '' } },
});

const shapes = {
  plain: { plainSpans: 7, modelCalls: 0, items: 2_000, named: 'none' },
  stamped: { plainSpans: 7, modelCalls: 0, items: 2_000, named: 'all' },
  one: { plainSpans: 6, modelCalls: 1, items: 2_000, named: 'all' },
  all: { plainSpans: 0, modelCalls: 7, items: 2_000, named: 'all' },
} as const;

/** V8's young generation as the ledger's thread has it: run from sources, the ledger shares the thread of its caller. */
const childFlags = ['--expose-gc', `--max-semi-space-size=${ledgerYoungMebibytes / 3}`];

const folder = mkdtempSync(join(tmpdir(), 'costspan-bench-'));
try {
  if (isWanted('meter')) await meterGoals();
  if (isWanted('ledger')) ledgerGoals();
  if (isWanted('items')) await childGoal('items', '100000');
  if (isWanted('file')) await childGoal('file', flags.entries);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function isWanted(part: string): boolean {
  return flags.only === '' || flags.only === part;
}

function print(what: string, measured: string, goal: string): void {
  console.log(`${what.padEnd(64)} ${measured.padStart(16)}   ${goal}`);
}

async function meterGoals(): Promise<void> {
  for (const [name, shape, goal] of [
    ['a trace that names no item', shapes.plain, 'goal: at most 1.10'],
    ['a trace whose every span names its item', shapes.stamped, ''],
    ['a call and six others', shapes.one, ''],
    ['calls alone', shapes.all, ''],
  ] as const) {
    const { relayUs, meteredUs } = await measureRelay(shape);
    print(`meter: ${name}, relay ${relayUs.toFixed(2)} us a span`, `${(meteredUs / relayUs).toFixed(2)} of relay`, goal);
    print('  above the relay, a span', `${(meteredUs - relayUs).toFixed(2)} us`, '');
  }
}

function ledgerGoals(): void {
  const other = measureLedger(join(folder, 'plain.db'), shapes.plain) / 7;
  const stamped = measureLedger(join(folder, 'stamped.db'), shapes.stamped) / 7;
  const one = measureLedger(join(folder, 'one.db'), shapes.one);
  print('ledger: a span that bears no cost and names no item', `${other.toFixed(2)} us`, 'goal: at most 0.5 us, meter included');
  print('ledger: one that names its item', `${stamped.toFixed(2)} us`, 'goal: at most 0.5 us, meter included');
  print('ledger: a trace of one call and six that name its item', `${one.toFixed(1)} us`, 'goal: at most 11 us, meter included');
  print(
    'ledger: a call among calls',
    `${(measureLedger(join(folder, 'all.db'), shapes.all) / 7).toFixed(1)} us`,
    'goal: at most 8 us',
  );
}

/** Memory and opening are measured in a process that has done nothing else. */
async function childGoal(part: 'items' | 'file', count: string): Promise<void> {
  const script = fileURLToPath(new URL('./ledger/large-ledger.ts', import.meta.url));
  const run = (task: string): Promise<Readonly<Record<string, number>>> =>
    answerOf(fork(script, [task, join(folder, `${part}.db`), count], { execArgv: [...process.execArgv, ...childFlags] }));
  if (part === 'items') {
    const { items = 0, megabytes = 0, grown = 0 } = await run('items');
    print(`${items} open items: resident memory of their process`, `${megabytes.toFixed(0)} MB`, 'goal: under 400 MB');
    print('  of it since the first item', `${grown.toFixed(0)} MB`, '');
    return;
  }
  const made = await run('make');
  print(
    `making ${made['entries']} entries of ${made['items']} items`,
    `${made['seconds']?.toFixed(0)} s`,
    `${made['bytesPerEntry']?.toFixed(0)} bytes each`,
  );
  const { seconds = 0 } = await run('open');
  print('opening it to write', `${seconds.toFixed(2)} s`, 'goal: under 10 s');
  for (const by of ['type', 'day', 'model']) {
    const report = await run(`report by ${by}`);
    const machine = measureReference() / referenceRate;
    const measured = report['seconds'] ?? Number.NaN;
    print(
      `report of the day by ${by}, ${report['entries']} entries: processor time`,
      `${measured.toFixed(2)} s`,
      `goal: under 2 s; at the speed goals are for: ${(measured * machine).toFixed(2)} s`,
    );
  }
}

function answerOf(child: ChildProcess): Promise<Readonly<Record<string, number>>> {
  return new Promise((resolve, reject) => {
    child.once('message', (message) => resolve(message as Readonly<Record<string, number>>));
    child.once('exit', (code) => reject(new Error(`benches/ledger.ts: a process ended with ${code}`)));
  });
}
