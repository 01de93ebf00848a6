import { randomUUID } from 'node:crypto';
import type { Clock } from '../clock.ts';
import type { MetricsOutConfig } from '../config/config.ts';
import type { OpenExporters } from '../exporters/open-exporters.ts';
import { lastMetricsMsMax } from '../limits.ts';
import { describeFault, type Logger } from '../logger.ts';
import type { MetricsSnapshot } from '../self-metrics.ts';
import { toProtobuf } from '../wire-codecs.ts';
import type { CostMetrics } from './cost-metrics.ts';
import { toFamilies } from './metric-family.ts';
import { metricsRequest, type OtlpMetric, toOtlpMetrics } from './otlp-metrics.ts';
import { createDeltaTemporality, cumulativeTemporality, type Temporality } from './temporality.ts';

/** Sends the metrics of the service to its metric destinations. */
export type MetricsPump = {
  /** Begins a round every interval. Does nothing where there is no destination. */
  readonly start: () => void;
  /** Ends the rounds, with a last one. */
  readonly stop: () => Promise<void>;
};

export type MetricsPumpOptions = {
  readonly config: MetricsOutConfig;
  readonly destinations: OpenExporters['sendMetrics'];
  /** Everything there is to tell. */
  readonly read: () => Promise<MetricsSnapshot>;
  /** The ledger the metrics speak of; absent where there is none. */
  readonly costs?: Pick<CostMetrics, 'origin' | 'renew'>;
  readonly clock: Clock;
  readonly logger: Logger;
};

type Destination = { readonly name: string; readonly temporality: Temporality };

/** Creates the pump. A round that fails is no loss: the next one tells the same and more. */
export function createMetricsPump({ config, destinations, read, costs, clock, logger }: MetricsPumpOptions): MetricsPump {
  const stopped = new AbortController();
  const serviceNs = clock.nowNs();
  const processId = randomUUID();
  let rounds: Promise<void> | undefined;

  const readMetrics = async (): Promise<readonly OtlpMetric[]> => {
    const families = toFamilies(await read());
    return toOtlpMetrics(families, { serviceNs, ledgerNs: costs?.origin()?.createdAtNs ?? serviceNs });
  };

  const sendTo = async (
    { name, temporality }: Destination,
    metrics: readonly OtlpMetric[],
    abort: AbortSignal,
  ): Promise<void> => {
    const atNs = clock.nowNs();
    const instanceId = costs?.origin()?.emitter ?? processId;
    const { json, pointCount } = metricsRequest(temporality.next(metrics), instanceId, atNs);
    const request = toProtobuf('metrics', Buffer.from(json));
    if (request.kind === 'invalid') throw new Error(`metrics: ${request.where}: ${request.problem}`);
    const delivery = await destinations.get(name)?.({ signal: 'metrics', body: request.body, itemCount: pointCount }, abort);
    if (delivery?.kind === 'accepted') temporality.delivered(metrics, atNs);
  };

  const round = async (to: readonly Destination[], abort: AbortSignal): Promise<void> => {
    try {
      const metrics = await readMetrics();
      await Promise.all(to.map((destination) => sendTo(destination, metrics, abort)));
    } catch (error) {
      logger.warn('the metrics of the service could not be sent', { fault: describeFault(error) });
    }
  };

  /** What a ledger held before this service started: nothing new to a destination that is told differences. */
  const readAtStart = async (): Promise<readonly OtlpMetric[]> => {
    for (;;) {
      const metrics = await readMetrics().catch(() => []);
      const isReady = costs === undefined || costs.origin() !== undefined;
      if (isReady || stopped.signal.aborted) return metrics.filter(({ startNs }) => startNs !== serviceNs);
      await clock.wait(config.intervalMs, stopped.signal);
    }
  };

  const run = async (): Promise<void> => {
    const seen = await readAtStart();
    const to = config.exporters.map((name) => ({
      name,
      temporality: config.temporality[name] === 'delta' ? createDeltaTemporality(seen, serviceNs) : cumulativeTemporality,
    }));
    while (!stopped.signal.aborted) {
      await clock.wait(config.intervalMs, stopped.signal);
      if (!stopped.signal.aborted) await round(to, stopped.signal);
    }
    costs?.renew();
    const timeUp = new AbortController();
    const finished = new AbortController();
    void clock.wait(lastMetricsMsMax, finished.signal).then(() => timeUp.abort());
    await round(to, timeUp.signal);
    finished.abort();
  };

  return {
    start: () => {
      if (config.exporters.length > 0) rounds ??= run();
    },
    stop: async () => {
      stopped.abort();
      await rounds;
    },
  };
}
