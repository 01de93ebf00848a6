import { writeFile } from 'node:fs/promises';
import { CostspanError, configJsonSchema, readConfig, starterConfig } from '@costspan/collector-processor';
import { formatBookIssue, loadBooks } from '@costspan/pricebook';
import type { Command } from 'commander';

/** Adds `costspan config check`, `schema` and `init`. */
export function registerConfigCommand(program: Command): void {
  const config = program.command('config').description('Check, describe or begin a configuration file.');
  config
    .command('check')
    .description('List everything that is wrong with a configuration file and the price books it names.')
    .argument('<file>', 'configuration file')
    .action(check);
  config
    .command('schema')
    .description('Print the JSON Schema of configuration files, for editors.')
    .action(() => {
      process.stdout.write(`${JSON.stringify(configJsonSchema(), undefined, 2)}\n`);
    });
  config
    .command('init')
    .description('Write a first configuration file with comments.')
    .argument('[file]', 'file to write', 'costspan.yaml')
    .action(init);
}

async function check(file: string): Promise<void> {
  const { config, warnings } = await readConfig(file, process.env);
  const { books, catalog, currency } = config.pricing;
  const loaded = await loadBooks({ files: books, withCatalog: catalog, currency });
  if (loaded.kind === 'invalid') throw new CostspanError('price-book-invalid', loaded.issues.map(formatBookIssue).join('\n'));
  for (const warning of warnings) process.stderr.write(`${file}: warning: ${warning}\n`);
  for (const warning of loaded.warnings) process.stderr.write(`${formatBookIssue(warning)} (warning)\n`);
  process.stdout.write(`${file}: no problems\n`);
}

async function init(file: string): Promise<void> {
  try {
    await writeFile(file, starterConfig, { flag: 'wx' });
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? String(error);
    const advice =
      reason === 'EEXIST' ? 'it exists; choose another name, or remove it first' : 'check the folder and its permissions';
    throw new CostspanError('file-unwritable', `${file}: cannot be written (${reason}): ${advice}`);
  }
  process.stdout.write(`${file}: written; check it with: costspan config check ${file}\n`);
}
