import { explainFiles, readConfig } from '@costspan/collector-processor';
import type { Command } from 'commander';
import { doctorJsonLines } from '../doctor/doctor-json.ts';
import { doctorText } from '../doctor/doctor-text.ts';
import { processStreams, writeText } from '../prices/command-streams.ts';

type DoctorFlags = {
  readonly in: readonly string[];
  readonly config?: string;
  readonly json?: boolean;
  readonly all?: boolean;
};

/** Adds `costspan doctor`. */
export function registerDoctorCommand(program: Command): void {
  program
    .command('doctor')
    .description('Explain span by span what is read, from which key, what it costs, and why something has no price.')
    .requiredOption('--in <files...>', 'trace requests: .pb, .json or .jsonl, each with or without .gz')
    .option('-c, --config <file>', 'configuration file')
    .option('--all', 'show spans that no dialect recognises one by one too; --json always has them')
    .option('--json', 'JSON lines')
    .action(runDoctor);
}

async function runDoctor({ in: files, config: file, json, all }: DoctorFlags): Promise<void> {
  const { stdout } = processStreams();
  const { config } = await readConfig(file, process.env);
  const spans = await explainFiles(config, files);
  const parts = json === true ? doctorJsonLines(spans) : doctorText(spans, { withOrdinary: all === true });
  for (const part of parts) await writeText(stdout, part);
}
