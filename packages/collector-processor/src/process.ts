import { createByteAllowance } from './byte-allowance.ts';
import { type Clock, systemClock } from './clock.ts';
import type { Config } from './config/config.ts';
import { CostspanError } from './errors.ts';
import { type Logger, silentLogger } from './logger.ts';
import { type Outs, outExporters } from './offline/out-exporters.ts';
import { openOutFile } from './offline/out-file.ts';
import { readRequests } from './offline/read-requests.ts';
import { openPipeline, type Pipeline, type PipelineTotals } from './pipeline.ts';
import { toJson } from './wire-codecs.ts';

/** What to process and where to put it. */
export type ProcessOptions = {
  readonly config: Config;
  /** Files of trace requests: `.pb`, `.json` or `.jsonl`, each with or without `.gz`. */
  readonly files: readonly string[];
  /** File for the priced spans. */
  readonly tracesOut?: string;
  /** File for the cost records, as OTLP logs. */
  readonly recordsOut?: string;
  /** Ledger file. Default: a ledger in memory that is gone afterwards. */
  readonly ledgerFile?: string;
  readonly logger?: Logger;
  readonly clock?: Clock;
};

/** What was processed. */
export type Processed = PipelineTotals & { readonly requests: number };

/**
 * Runs files through the same pipeline as a service, without network. Spans leave byte for byte as the service sends them.
 * Rejects with a {@link CostspanError} that lists every request that is not OTLP; then no output file is written.
 */
export async function processFiles(options: ProcessOptions): Promise<Processed> {
  const outs = await openOuts(options);
  try {
    const processed = await run(options, outs);
    for (const out of [outs.traces, outs.records]) await out?.finish();
    return processed;
  } catch (error) {
    for (const out of [outs.traces, outs.records]) await out?.discard();
    throw error;
  }
}

async function openOuts({ tracesOut, recordsOut }: ProcessOptions): Promise<Outs> {
  const traces = tracesOut === undefined ? undefined : await openOutFile({ file: tracesOut, signal: 'traces', toJson });
  try {
    const records = recordsOut === undefined ? undefined : await openOutFile({ file: recordsOut, signal: 'logs', toJson });
    return { ...(traces && { traces }), ...(records && { records }) };
  } catch (error) {
    await traces?.discard();
    throw error;
  }
}

async function run(
  { config, files, ledgerFile, logger = silentLogger, clock = systemClock }: ProcessOptions,
  outs: Outs,
): Promise<Processed> {
  const ledger = config.ledger ?? { retentionMs: 30 * 86_400_000, traceWindowMs: 3_600_000 };
  const pipeline = await openPipeline({
    config: { ...config, ledger: { ...ledger, file: ledgerFile ?? ':memory:' } },
    logger,
    clock,
    random: Math.random,
    allowance: createByteAllowance(config.service.inFlightBytesMax),
    exporters: outExporters(outs),
  });
  const never = new AbortController().signal;
  try {
    const { requests, problems } = await ingestAll(files, pipeline);
    if (problems.length > 0) throw new CostspanError('input-invalid', problems.join('\n'));
    if (!(await pipeline.flush(never)))
      throw new CostspanError('ledger-unusable', 'the records could not be read from the ledger');
    return { requests, ...pipeline.totals() };
  } finally {
    await pipeline.close(never);
  }
}

async function ingestAll(
  files: readonly string[],
  pipeline: Pipeline,
): Promise<{ readonly requests: number; readonly problems: readonly string[] }> {
  const problems: string[] = [];
  let requests = 0;
  const abort = new AbortController().signal;
  for (const file of files) {
    for await (const { where, encoding, body } of readRequests(file)) {
      requests += 1;
      const delivery = await pipeline.ingest({ signal: 'traces', encoding, body, sender: {}, abort });
      if (delivery.kind !== 'accepted') problems.push(`${where}: ${delivery.message}`);
    }
  }
  return { requests, problems };
}
