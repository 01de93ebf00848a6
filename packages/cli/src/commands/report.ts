import { type CellWindow, openLedgerReader } from '@costspan/collector-processor';
import type { CompletedOutcomes, CorrectUnits } from '@costspan/ledger';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { processStreams, writeText } from '../prices/command-streams.ts';
import { writeReportPage } from '../report/html/write-report-page.ts';
import { reportCsv } from '../report/report-csv.ts';
import { type ReportBy, readReport } from '../report/report-data.ts';
import { reportJsonLines } from '../report/report-json.ts';
import { calendarPeriod, InvalidPeriodError, instantNs, knownTimeZone } from '../report/report-period.ts';
import { reportText } from '../report/report-text.ts';

type ReportFlags = {
  readonly ledger: string;
  readonly by: ReportBy;
  readonly from?: string;
  readonly to?: string;
  readonly period?: string;
  readonly basis: CellWindow['basis'];
  readonly timeZone: string;
  readonly completed?: CompletedOutcomes;
  readonly correct?: CorrectUnits;
  readonly limit: number;
  readonly json?: boolean;
  readonly csv?: boolean;
  readonly html?: string;
};

/** Where `costspan serve` keeps its ledger without a configuration. */
export const defaultLedgerFile = './costspan.db';

/** Adds `costspan report`. */
export function registerReportCommand(program: Command): void {
  program
    .command('report')
    .description('What work items cost, by category; cost per completed unit; what could not be priced and why.')
    .option('--ledger <file>', 'ledger file', defaultLedgerFile)
    .addOption(
      new Option('--by <what>', `${groupings.join(', ')} or dimension:KEY`)
        .argParser(parseBy)
        .default({ by: 'item' } satisfies ReportBy, 'item'),
    )
    .option('--from <time>', 'from this day, like 2026-06-01, or time, like 2026-06-01T14:30, on')
    .option('--to <time>', 'until before this day or time')
    .addOption(new Option('--period <period>', 'a whole year, month or day: 2026, 2026-06, 2026-06-01').conflicts(['from', 'to']))
    .addOption(
      new Option('--basis <basis>', 'usage: cost by when it arose; completed: items by when they ended, with all of their cost')
        .choices(['usage', 'completed'])
        .default('usage'),
    )
    .option('--time-zone <zone>', 'of days and of times without an offset, like Europe/Berlin', parseTimeZone, 'UTC')
    .option(
      '--completed <type=outcomes>',
      'outcomes that complete a unit of a type, for example ticket=resolved,closed; may be repeated',
      collectCompleted,
    )
    .option(
      '--correct <type:dimension=values>',
      'values of a dimension that say a completed unit is right, for example claim:audit=passed; may be repeated',
      collectCorrect,
    )
    .option('--limit <rows>', 'rows of items in the table, the dearest first', parseCount, 100)
    .addOption(new Option('--json', 'JSON lines with exact amounts').conflicts('csv'))
    .option('--csv', 'the main table as CSV with exact amounts')
    .addOption(new Option('--html <file>', 'a page with charts that needs nothing else').conflicts(['json', 'csv']))
    .action(runReport);
}

async function runReport(flags: ReportFlags): Promise<void> {
  const { ledger, by, completed, correct, limit, json, csv, html, timeZone } = flags;
  const { stdout } = processStreams();
  const window = windowOf(flags);
  const reader = openLedgerReader(ledger);
  try {
    const rules = { ...(completed !== undefined && { completed }), ...(correct !== undefined && { correct }) };
    const report = readReport(reader, { by, window, timeZone, rules });
    if (html !== undefined) await writeReportPage(reader, { report, file: html, rowsMax: limit });
    else if (json === true) for (const line of reportJsonLines(reader, report)) await writeText(stdout, line);
    else await writeText(stdout, csv === true ? reportCsv(report) : reportText(report, { rowsMax: limit }));
  } finally {
    reader.close();
  }
}

function windowOf({ from, to, period, basis, timeZone }: ReportFlags): CellWindow {
  const read = <Value>(option: string, parse: () => Value): Value => {
    try {
      return parse();
    } catch (error) {
      if (error instanceof InvalidPeriodError) throw new InvalidArgumentError(`--${option}: ${error.message}`);
      throw error;
    }
  };
  if (period !== undefined) return { basis, ...read('period', () => calendarPeriod(period, timeZone)) };
  const fromNs = from === undefined ? undefined : read('from', () => instantNs(from, timeZone));
  const toNs = to === undefined ? undefined : read('to', () => instantNs(to, timeZone));
  if (fromNs !== undefined && toNs !== undefined && fromNs >= toNs) {
    throw new InvalidArgumentError(`--to: expected a time after --from ${from}, found ${to}; the period ends before --to`);
  }
  return { basis, ...(fromNs !== undefined && { fromNs }), ...(toNs !== undefined && { toNs }) };
}

const groupings = [
  'item',
  'type',
  'outcome',
  'agent',
  'model',
  'provider',
  'category',
  'status',
  'hour',
  'day',
  'week',
  'month',
  'tenant',
] as const;

function parseBy(text: string): ReportBy {
  const [name, ...key] = text.split(':');
  if (name === 'dimension' && key.join(':') !== '') return { by: 'dimension', key: key.join(':') };
  const found = groupings.find((grouping) => grouping === text);
  if (found === undefined) throw new InvalidArgumentError(`expected ${groupings.join(', ')} or dimension:KEY.`);
  return { by: found };
}

function collectCompleted(text: string, previous: CompletedOutcomes = {}): CompletedOutcomes {
  const [type = '', outcomes = ''] = text.split('=');
  const list = outcomes.split(',').filter((outcome) => outcome !== '');
  if (type === '' || list.length === 0) throw new InvalidArgumentError('expected TYPE=OUTCOME[,OUTCOME].');
  return { ...previous, [type]: list };
}

function collectCorrect(text: string, previous: CorrectUnits = {}): CorrectUnits {
  const [, type, dimension, values = ''] = /^([^:=]+):([^=]+)=(.+)$/.exec(text) ?? [];
  const list = values.split(',').filter((value) => value !== '');
  if (type === undefined || dimension === undefined || list.length === 0) {
    throw new InvalidArgumentError('expected TYPE:DIMENSION=VALUE[,VALUE].');
  }
  return { ...previous, [type]: { dimension, values: list } };
}

function parseTimeZone(text: string): string {
  try {
    return knownTimeZone(text);
  } catch (error) {
    throw error instanceof InvalidPeriodError ? new InvalidArgumentError(error.message) : error;
  }
}

function parseCount(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('expected a number above 0.');
  return Number(text);
}
