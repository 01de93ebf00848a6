import type { Clock } from '../clock.ts';
import type { RetryConfig } from '../config/config.ts';
import type { Delivery } from '../delivery.ts';
import type { Patience } from './exporter.ts';

/** What repeating needs to know. */
export type RetryOptions = {
  readonly config: RetryConfig;
  readonly patience: Patience;
  readonly clock: Clock;
  /** Chance, from 0 up to but not including 1. */
  readonly random: () => number;
  /** Called before each attempt but the first. */
  readonly onRetry: () => void;
};

/**
 * Repeats an attempt while its outcome is `retryable`, with growing, jittered waits and never before the destination said.
 * Gives up as soon as the next attempt would come too late; the delay it would have waited goes back with the outcome.
 */
export async function withRetry(attempt: () => Promise<Delivery>, options: RetryOptions): Promise<Delivery> {
  const { config, patience, clock, random, onRetry } = options;
  const elapsedMsMax = elapsedLimit(config, patience);
  const startedMs = clock.nowMs();
  let intervalMs = config.initialIntervalMs;
  for (;;) {
    const outcome = await attempt();
    if (outcome.kind !== 'retryable') return outcome;
    const jitteredMs = intervalMs * (1 + config.randomizationFactor * (2 * random() - 1));
    const delayMs = Math.round(Math.max(outcome.retryAfterMs ?? 0, jitteredMs));
    const late = clock.nowMs() - startedMs + delayMs > elapsedMsMax;
    if (late || patience.abort.aborted) return { ...outcome, retryAfterMs: outcome.retryAfterMs ?? delayMs };
    await clock.wait(delayMs, patience.abort);
    if (patience.abort.aborted) return outcome;
    onRetry();
    intervalMs = Math.min(config.intervalMsMax, intervalMs * config.multiplier);
  }
}

function elapsedLimit(config: RetryConfig, patience: Patience): number {
  if (!config.enabled) return -1;
  const configured = config.elapsedMsMax === 0 ? Number.POSITIVE_INFINITY : config.elapsedMsMax;
  return Math.min(configured, patience.elapsedMsMax ?? Number.POSITIVE_INFINITY);
}
