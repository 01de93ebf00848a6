import { readFile, rm, writeFile } from 'node:fs/promises';
import {
  type Config,
  CostspanError,
  checkNamedFiles,
  configJsonSchema,
  describeIssues,
  readConfig,
  starterConfig,
  telemetryProblem,
} from '@costspan/collector-processor';
import { formatBookIssue, loadBooks } from '@costspan/pricebook';
import { type Command, Option } from 'commander';
import { checkCollector } from '../collector/check-collector.ts';
import { starterFiles } from '../collector/starter-files.generated.ts';

type CheckFlags = { readonly collector?: string; readonly exporter?: readonly string[] };
type InitFlags = { readonly collector?: string; readonly topology: keyof typeof starterFiles };

/** Adds `costspan config check`, `schema` and `init`. */
export function registerConfigCommand(program: Command): void {
  const config = program.command('config').description('Check, describe or begin a configuration file.');
  config
    .command('check')
    .description('List everything that is wrong with a configuration file, the files it names, and the Collector in front of it.')
    .argument('[file]', 'configuration file of Costspan')
    .option('--collector <file>', 'configuration file of the OpenTelemetry Collector that sends to Costspan')
    .option(
      '--exporter <name>',
      'its exporter that leads to Costspan, where neither name nor address says so; may be repeated',
      append,
    )
    .action(check);
  config
    .command('schema')
    .description('Print the JSON Schema of configuration files, for editors.')
    .action(() => {
      process.stdout.write(`${JSON.stringify(configJsonSchema(), undefined, 2)}\n`);
    });
  config
    .command('init')
    .description('Write a first configuration file with comments, or a pair of them with that of a Collector.')
    .argument('[file]', 'file to write', 'costspan.yaml')
    .option(
      '--collector <file>',
      'write a configuration of the OpenTelemetry Collector too, and the one of Costspan to go with it',
    )
    .addOption(
      new Option('--topology <name>', 'how Costspan stands to the Collector')
        .choices(Object.keys(starterFiles))
        .default('side-branch'),
    )
    .action(init);
}

function append(name: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, name];
}

async function check(file: string | undefined, { collector, exporter = [] }: CheckFlags): Promise<void> {
  if (file === undefined && collector === undefined) {
    throw new CostspanError('input-invalid', 'config check: expected a configuration file, --collector or both, found neither');
  }
  const costspan = file === undefined ? undefined : await checkCostspan(file);
  if (collector === undefined) return;
  const text = await readCollector(collector);
  const options = { environment: process.env, exporters: exporter, ...(costspan === undefined ? {} : { costspan }) };
  const { findings, exporters } = checkCollector(text, options);
  if (findings.length > 0) throw new CostspanError('config-invalid', describeIssues(collector, findings));
  process.stdout.write(`${collector}: cost is taken before sampling and kept while Costspan is away (${exporters.join(', ')})\n`);
}

async function checkCostspan(file: string): Promise<Config> {
  const { config, warnings } = await readConfig(file, process.env);
  const { books, catalog, currency } = config.pricing;
  const loaded = await loadBooks({ files: books, withCatalog: catalog, currency });
  if (loaded.kind === 'invalid') throw new CostspanError('price-book-invalid', loaded.issues.map(formatBookIssue).join('\n'));
  await checkNamedFiles(config);
  const problem = telemetryProblem(config, loaded.book);
  if (problem !== undefined) throw new CostspanError('config-invalid', `${file}: ${problem}`);
  for (const warning of warnings) process.stderr.write(`${file}: warning: ${warning}\n`);
  for (const warning of loaded.warnings) process.stderr.write(`${formatBookIssue(warning)} (warning)\n`);
  process.stdout.write(`${file}: no problems\n`);
  return config;
}

async function readCollector(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new CostspanError('file-unreadable', `${file}: cannot be read (${reason}); check the path and its permissions`);
  }
}

async function init(file: string, { collector, topology }: InitFlags): Promise<void> {
  if (collector === undefined) {
    await writeNew(file, starterConfig);
    process.stdout.write(`${file}: written; check it with: costspan config check ${file}\n`);
    return;
  }
  const starter = starterFiles[topology];
  await writeNew(file, starter.costspan);
  try {
    await writeNew(collector, starter.collector);
  } catch (error) {
    // Both or none: a half of a pair would stand in the way of the next attempt.
    await rm(file);
    throw error;
  }
  const command = `costspan config check ${file} --collector ${collector}`;
  process.stdout.write(`${file} and ${collector}: written; check them with: ${command}\n`);
}

async function writeNew(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text, { flag: 'wx' });
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? String(error);
    const advice =
      reason === 'EEXIST' ? 'it exists; choose another name, or remove it first' : 'check the folder and its permissions';
    throw new CostspanError('file-unwritable', `${file}: cannot be written (${reason}): ${advice}`);
  }
}
