import { readFileSync } from 'node:fs';
import { Command, CommanderError, Help, InvalidArgumentError } from 'commander';
import { registerAddCommand } from './commands/add.ts';
import { registerConfigCommand } from './commands/config.ts';
import { registerDoctorCommand } from './commands/doctor.ts';
import { registerHandoffsCommand } from './commands/handoffs.ts';
import { registerImportCommand } from './commands/import.ts';
import { registerItemCommand } from './commands/item.ts';
import { registerLedgerCommand } from './commands/ledger.ts';
import { registerPriceCommand } from './commands/price.ts';
import { registerPricesCommand } from './commands/prices.ts';
import { registerProcessCommand } from './commands/process.ts';
import { registerReportCommand } from './commands/report.ts';
import { registerRepriceCommand } from './commands/reprice.ts';
import { registerServeCommand } from './commands/serve.ts';

/** Runs the `costspan` command and returns its exit code: 0 done, 1 failed, 2 wrong usage. */
export async function main(args: readonly string[]): Promise<number> {
  const program = createProgram();
  try {
    await program.parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    // One that a command throws, where several options together are wrong, has been shown by nobody yet.
    if (error instanceof InvalidArgumentError) process.stderr.write(`error: ${error.message}\n${USAGE_HINT}\n`);
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
}

const USAGE_HINT = 'Try `costspan --help`.';

function createProgram(): Command {
  const program = new Command('costspan')
    .description(
      'What did this work item cost? Receives OpenTelemetry spans, prices them, and keeps an exact record per work item.',
    )
    .version(installedVersion(), '-v, --version')
    .showHelpAfterError(USAGE_HINT)
    .configureHelp({ optionDescription: (option) => new Help().optionDescription(option).replace(' (default: [])', '') })
    .exitOverride();
  registerServeCommand(program);
  registerProcessCommand(program);
  registerReportCommand(program);
  registerItemCommand(program);
  registerHandoffsCommand(program);
  registerLedgerCommand(program);
  registerRepriceCommand(program);
  registerImportCommand(program);
  registerAddCommand(program);
  registerPriceCommand(program);
  registerPricesCommand(program);
  registerConfigCommand(program);
  registerDoctorCommand(program);
  return program;
}

function installedVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  return version;
}
