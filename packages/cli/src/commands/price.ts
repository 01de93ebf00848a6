import { formatBookIssue } from '@costspan/pricebook';
import type { Command } from 'commander';
import { processStreams, writeText } from '../prices/command-streams.ts';
import { type BookFlags, loadCommandBooks } from '../prices/load-command-books.ts';
import { priceLines } from '../prices/price-lines.ts';

type PriceFlags = BookFlags & { readonly in?: string };

/** Adds `costspan price`. */
export function registerPriceCommand(program: Command): void {
  program
    .command('price')
    .description('Price usage: one JSON request a line in, one JSON receipt a line out.')
    .option('--in <file>', 'read requests from a file instead of standard input')
    .option('--book <file>', 'price book above the default ones; may be repeated', collect, [])
    .option('--no-catalog', 'without the default books')
    .addHelpText('after', '\nEvery field is described in docs/reference/price-command.md.')
    .action(runPrice);
}

async function runPrice({ in: input, ...flags }: PriceFlags): Promise<void> {
  const streams = processStreams();
  const { book, warnings } = await loadCommandBooks(flags);
  for (const warning of warnings) await writeText(streams.stderr, `warning: ${formatBookIssue(warning)}\n`);
  const { answered, failed } = await priceLines(input, book, streams);
  if (failed > 0)
    throw new Error(`costspan price: ${failed} of ${answered + failed} lines are no request; their lines of output say why`);
}

const collect = (value: string, previous: readonly string[]): readonly string[] => [...previous, value];
