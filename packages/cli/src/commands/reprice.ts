import { openLedgerReader, repriceLedger } from '@costspan/collector-processor';
import { formatBookIssue, loadBooks } from '@costspan/pricebook';
import { parseInstant } from '@costspan/pricing';
import type { Command } from 'commander';
import { processStreams, writeText } from '../prices/command-streams.ts';
import { createDifferences, differencesJson, differencesText } from '../reprice/difference.ts';
import { parseWhere } from '../reprice/where.ts';
import { defaultLedgerFile } from './report.ts';

type RepriceFlags = {
  readonly ledger: string;
  readonly from: string;
  readonly to: string;
  readonly where: readonly string[];
  readonly book: readonly string[];
  readonly catalog: boolean;
  readonly reason: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
};

const each = (value: string, before: readonly string[]): readonly string[] => [...before, value];

/** Adds `costspan reprice`. */
export function registerRepriceCommand(program: Command): void {
  program
    .command('reprice')
    .description(
      'Price entries anew from the usage that was kept, also those that had no price. Shows the difference by type first; each entry that changes gets a new version, the old one stays as void.',
    )
    .requiredOption('--from <instant>', 'first time of use, such as 2026-06-01 or 2026-06-01T12:00:00Z')
    .requiredOption('--to <instant>', 'time of use from which on entries stay as they are')
    .requiredOption('--book <file>', 'price book, repeatable; together with the default books', each, [])
    .requiredOption('--reason <text>', 'why, in words; it stays with every entry that changes')
    .option('--where <name=value>', 'only entries of which this holds, repeatable: all have to hold', each, [])
    .option('--no-catalog', 'without the default books')
    .option('--ledger <file>', 'ledger file', defaultLedgerFile)
    .option('--dry-run', 'show the difference and change nothing; works beside `costspan serve`')
    .option('--json', 'JSON lines')
    .action(runReprice);
}

async function runReprice(flags: RepriceFlags): Promise<void> {
  const { stdout } = processStreams();
  const [fromNs, toNs] = [instantNs('--from', flags.from), instantNs('--to', flags.to)];
  if (fromNs >= toNs) throw new Error(`--to: expected a time after --from, found ${flags.to}`);
  if (flags.reason.trim() === '') throw new Error('--reason: expected words that say why; they stay with every entry');
  const where = parseWhere(flags.where);
  const currency = currencyOf(flags.ledger);
  const loaded = await loadBooks({ files: flags.book, withCatalog: flags.catalog, currency });
  if (loaded.kind === 'invalid') throw new Error(loaded.issues.map(formatBookIssue).join('\n'));
  const differences = createDifferences();
  let shown = '';
  const count = repriceLedger({
    ...{ file: flags.ledger, fromNs, toNs, where, book: loaded.book, reason: flags.reason },
    onRepricing: differences.add,
    isWanted: () => {
      shown = flags.json === true ? differencesJson(differences, currency) : differencesText(differences, currency);
      process.stdout.write(shown);
      return flags.dryRun !== true && differences.all().length > 0;
    },
  });
  if (flags.json === true)
    await writeText(stdout, `${JSON.stringify({ kind: 'done', changed: count, dry_run: flags.dryRun === true })}\n`);
  else
    await writeText(stdout, flags.dryRun === true ? 'Dry run: nothing was changed.\n' : `${count} entries were priced anew.\n`);
}

function instantNs(option: string, text: string): bigint {
  const atMs = parseInstant(text);
  if (atMs === undefined)
    throw new Error(`${option}: expected 2026-06-01 or 2026-06-01T12:00:00Z, found ${JSON.stringify(text)}`);
  return BigInt(atMs) * 1_000_000n;
}

function currencyOf(ledger: string): string {
  const reader = openLedgerReader(ledger);
  try {
    return reader.header.currency;
  } finally {
    reader.close();
  }
}
