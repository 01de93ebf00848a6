import { type Grouping, openLedgerReader } from '@costspan/collector-processor';
import type { CompletedOutcomes } from '@costspan/ledger';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { processStreams, writeText } from '../prices/command-streams.ts';
import { reportCsv } from '../report/report-csv.ts';
import { type ReportRequest, readReport } from '../report/report-data.ts';
import { reportJsonLines } from '../report/report-json.ts';
import { reportText } from '../report/report-text.ts';

type ReportFlags = {
  readonly ledger: string;
  readonly by: ReportRequest['by'];
  readonly completed?: CompletedOutcomes;
  readonly limit: number;
  readonly json?: boolean;
  readonly csv?: boolean;
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
        .default({ by: 'item' } satisfies ReportRequest['by'], 'item'),
    )
    .option(
      '--completed <type=outcomes>',
      'outcomes that complete a unit of a type, for example ticket=resolved,closed; may be repeated',
      collectCompleted,
    )
    .option('--limit <rows>', 'rows of items in the table, the dearest first', parseCount, 100)
    .addOption(new Option('--json', 'JSON lines with exact amounts').conflicts('csv'))
    .option('--csv', 'the main table as CSV with exact amounts')
    .action(runReport);
}

async function runReport({ ledger, by, completed, limit, json, csv }: ReportFlags): Promise<void> {
  const { stdout } = processStreams();
  const reader = openLedgerReader(ledger);
  try {
    const report = readReport(reader, { by, ...(completed !== undefined && { completed }) });
    if (json === true) for (const line of reportJsonLines(report)) await writeText(stdout, line);
    else await writeText(stdout, csv === true ? reportCsv(report) : reportText(report, { rowsMax: limit }));
  } finally {
    reader.close();
  }
}

const groupings = ['item', 'type', 'outcome', 'agent', 'model', 'provider', 'category', 'status', 'day', 'tenant'] as const;

function parseBy(text: string): ReportRequest['by'] {
  const [name, ...key] = text.split(':');
  if (name === 'dimension' && key.join(':') !== '') return { by: 'dimension', key: key.join(':') };
  const found = groupings.find((grouping) => grouping === text);
  if (found === undefined) throw new InvalidArgumentError(`expected ${groupings.join(', ')} or dimension:KEY.`);
  return found === 'item' ? { by: 'item' } : ({ by: found } satisfies Grouping);
}

function collectCompleted(text: string, previous: CompletedOutcomes = {}): CompletedOutcomes {
  const [type = '', outcomes = ''] = text.split('=');
  const list = outcomes.split(',').filter((outcome) => outcome !== '');
  if (type === '' || list.length === 0) throw new InvalidArgumentError('expected TYPE=OUTCOME[,OUTCOME].');
  return { ...previous, [type]: list };
}

function parseCount(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('expected a number above 0.');
  return Number(text);
}
