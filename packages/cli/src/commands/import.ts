import { Argument, type Command } from 'commander';
import { columnsOf, type ImportKind, readCsv } from '../entries/read-csv.ts';
import { type SendFlags, sendEntries } from '../entries/send-entries.ts';
import { processStreams, writeText } from '../prices/command-streams.ts';

/** Where `costspan serve` listens without a configuration. */
export const defaultEndpoint = 'http://127.0.0.1:4318';

/** Adds `costspan import`. */
export function registerImportCommand(program: Command): void {
  program
    .command('import')
    .description(
      'Take outcomes, usage or costs from a CSV file of another system. Every line is checked first: a file with a bad line is not taken. The same file again changes nothing.',
    )
    .addArgument(new Argument('<kind>', 'what the file holds').choices(Object.keys(columnsOf)))
    .argument('<file>', 'CSV with a line of column names')
    .option('--endpoint <url>', 'service to send to; its key is taken from COSTSPAN_API_KEY', defaultEndpoint)
    .option('--ledger <file>', 'write to this ledger file instead; no service may have it open')
    .option('-c, --config <file>', 'configuration with the price books, for --ledger')
    .option('--dry-run', 'check the file and send nothing')
    .action(runImport);
}

async function runImport(kind: ImportKind, file: string, flags: SendFlags & { readonly dryRun?: boolean }): Promise<void> {
  const { stdout } = processStreams();
  const entries = await readCsv(file, kind);
  if (flags.dryRun === true) return writeText(stdout, `${file}: ${entries.length} ${kind} can be imported.\n`);
  const { repeated } = await sendEntries(entries, flags);
  const known = repeated === 0 ? '' : `, ${repeated} of them known from before`;
  await writeText(stdout, `${file}: ${entries.length} ${kind} imported${known}.\n`);
}
