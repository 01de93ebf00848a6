import { totalmem } from 'node:os';
import type { Clock } from './clock.ts';
import type { Config, MemoryLimiterConfig } from './config/config.ts';
import { memoryCheckIntervalMs } from './limits.ts';
import type { Logger } from './logger.ts';

/** What a memory limit works with. */
export type MemoryLimitOptions = {
  readonly limitBytes: number;
  /** Resident memory of the process over all its threads. */
  readonly residentBytes: () => number;
  readonly clock: Pick<Clock, 'nowMs'>;
  readonly logger: Logger;
};

/** Tells whether the process holds more memory than it may. It looks at most once per interval. */
export function createMemoryLimit({ limitBytes, residentBytes, clock, logger }: MemoryLimitOptions): () => boolean {
  let isOver = false;
  let lookedAtMs = Number.NEGATIVE_INFINITY;
  return () => {
    const nowMs = clock.nowMs();
    if (nowMs - lookedAtMs < memoryCheckIntervalMs) return isOver;
    lookedAtMs = nowMs;
    const bytes = residentBytes();
    if (bytes > limitBytes && !isOver) {
      logger.warn('over the memory limit; senders are told to come back until it falls', { bytes, limitBytes });
    }
    isOver = bytes > limitBytes;
    return isOver;
  };
}

/** The memory limit of a configuration. */
export function memoryLimitOf({
  config,
  clock,
  logger,
}: Pick<MemoryLimitOptions, 'clock' | 'logger'> & { readonly config: Pick<Config, 'service'> }): () => boolean {
  const limitBytes = memoryLimitBytes(config.service.memoryLimiter);
  return createMemoryLimit({ limitBytes, residentBytes: process.memoryUsage.rss, clock, logger });
}

/** Bytes a configuration allows the process: an amount, or a share of what the container or the computer has. */
function memoryLimitBytes({ limitBytes, limitPercentage }: MemoryLimiterConfig): number {
  if (limitBytes !== undefined) return limitBytes;
  // 0 where the system sets no limit, and more than there is where it sets one that cannot be reached.
  const constrained = process.constrainedMemory();
  const available = constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
  return Math.floor((available * limitPercentage) / 100);
}
