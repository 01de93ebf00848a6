import { openLedgerReader } from '@costspan/collector-processor';
import type { Command } from 'commander';
import { processStreams, writeText } from '../prices/command-streams.ts';
import { defaultLedgerFile } from './report.ts';

type VerifyFlags = { readonly ledger: string; readonly json?: boolean };

/** Adds `costspan ledger verify`. */
export function registerLedgerCommand(program: Command): void {
  program
    .command('ledger')
    .description('Look after a ledger file.')
    .command('verify')
    .description(
      'Work every record out again from its entries and check the file. Changes nothing; exit 1 when something is wrong.',
    )
    .option('--ledger <file>', 'ledger file', defaultLedgerFile)
    .option('--json', 'one JSON object')
    .action(runVerify);
}

async function runVerify({ ledger, json }: VerifyFlags): Promise<void> {
  const { stdout } = processStreams();
  const reader = openLedgerReader(ledger);
  try {
    const { entries, items, problems, problemCount } = reader.verify();
    if (json === true) {
      await writeText(stdout, `${JSON.stringify({ ledger, entries, items, problem_count: problemCount, problems })}\n`);
    } else if (problemCount === 0) {
      await writeText(stdout, `${ledger}: ${items} records are the sums of their ${entries} entries; the file is sound.\n`);
    }
    if (problemCount === 0) return;
    const more = problemCount > problems.length ? `\n  and ${problemCount - problems.length} more` : '';
    throw new Error(
      `${ledger}: ${problemCount} ${problemCount === 1 ? 'problem' : 'problems'}; restore the file from a backup\n${problems.map((problem) => `  ${problem}`).join('\n')}${more}`,
    );
  } finally {
    reader.close();
  }
}
