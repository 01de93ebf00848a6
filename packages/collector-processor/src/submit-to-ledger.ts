import type { ApiAnswer } from './api/api.ts';
import { createByteAllowance } from './byte-allowance.ts';
import { type Clock, systemClock } from './clock.ts';
import type { Config } from './config/config.ts';
import { silentLogger } from './logger.ts';
import { outExporters } from './offline/out-exporters.ts';
import { openPipeline } from './pipeline.ts';

/** A ledger file that takes entries as `POST /v1/entries` does, without a service. */
export type LedgerSubmission = {
  /** Answers the body of a `POST /v1/entries`. */
  readonly submit: (body: unknown) => Promise<Pick<ApiAnswer, 'status' | 'json'>>;
  readonly close: () => Promise<void>;
};

/** Opens a ledger file for entries. Rejects with a CostspanError when the file cannot be used or another process has it. */
export async function openSubmission({
  config,
  file,
  clock = systemClock,
}: {
  /** Its price books and what it says about work items count; its destinations get nothing. */
  readonly config: Config;
  readonly file: string;
  readonly clock?: Clock;
}): Promise<LedgerSubmission> {
  const ledger = config.ledger ?? { retentionMs: 30 * 86_400_000, traceWindowMs: 3_600_000 };
  const pipeline = await openPipeline({
    config: { ...config, ledger: { ...ledger, file } },
    logger: silentLogger,
    clock,
    random: Math.random,
    allowance: createByteAllowance(config.service.inFlightBytesMax),
    exporters: outExporters({}),
  });
  const never = new AbortController().signal;
  return {
    submit: async (body) => {
      const request = {
        path: '/v1/entries',
        query: new URLSearchParams(),
        headers: {},
        body: Buffer.from(JSON.stringify(body)),
        sender: {},
        abort: never,
      };
      return (await pipeline.api?.answer(request)) ?? { status: 404 };
    },
    close: () => pipeline.close(never),
  };
}
