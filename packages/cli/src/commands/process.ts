import { type Processed, processFiles, readConfig } from '@costspan/collector-processor';
import type { Command } from 'commander';

type ProcessFlags = {
  readonly in: readonly string[];
  readonly tracesOut?: string;
  readonly recordsOut?: string;
  readonly ledger?: string;
  readonly config?: string;
};

/** Adds `costspan process`. */
export function registerProcessCommand(program: Command): void {
  program
    .command('process')
    .description('Run files of trace requests through the same pipeline as `serve`, without network.')
    .requiredOption('--in <files...>', 'trace requests: .pb, .json or .jsonl, each with or without .gz')
    .option('--traces-out <file>', 'priced spans; the name says the form, as for --in')
    .option('--records-out <file>', 'cost records as OTLP logs; the name says the form, as for --in')
    .option('--ledger <file>', 'keep the ledger in this file; without it, it is gone afterwards')
    .option('-c, --config <file>', 'configuration file')
    .action(runProcess);
}

async function runProcess(flags: ProcessFlags): Promise<void> {
  const { config } = await readConfig(flags.config, process.env);
  const processed = await processFiles({
    config,
    files: flags.in,
    ...(flags.tracesOut === undefined ? {} : { tracesOut: flags.tracesOut }),
    ...(flags.recordsOut === undefined ? {} : { recordsOut: flags.recordsOut }),
    ...(flags.ledger === undefined ? {} : { ledgerFile: flags.ledger }),
  });
  process.stdout.write(process.stdout.isTTY === true ? summary(processed) : `${JSON.stringify(processed)}\n`);
}

function summary({ requests, spans, pricedSpans, unpriced }: Processed): string {
  const reasons = Object.entries(unpriced).map(([reason, count]) => `  ${count} ${reason}\n`);
  const lacking = reasons.length === 0 ? '' : `Without a price:\n${reasons.join('')}`;
  return `${requests} requests, ${spans} spans, ${pricedSpans} priced.\n${lacking}`;
}
