import { diag, TraceFlags } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { BatchSpanProcessor, type ReadableSpan, type SpanProcessor } from '@opentelemetry/sdk-trace';
import { exportBatchMax, exportDelayMs, spanQueueMax } from '../limits.ts';
import type { CostspanSettings } from '../options.ts';
import { isCostSpan } from './is-cost-span.ts';

/** Sends finished spans to the endpoint of the settings; undefined when they name none. */
export const createSpanExport = (
  settings: Pick<CostspanSettings, 'endpoint' | 'headers' | 'exporter' | 'exported'>,
): SpanProcessor | undefined => {
  const exporter =
    settings.exporter ??
    (settings.endpoint === undefined
      ? undefined
      : new OTLPTraceExporter({ url: tracesUrl(settings.endpoint), headers: { ...settings.headers } }));
  if (exporter === undefined) return undefined;
  const batch = new BatchSpanProcessor({
    exporter,
    maxQueueSize: spanQueueMax,
    maxExportBatchSize: exportBatchMax,
    scheduledDelayMillis: exportDelayMs,
  });
  return {
    onStart: () => undefined,
    onEnd: (span) => {
      const isSampled = (span.spanContext().traceFlags & TraceFlags.SAMPLED) !== 0;
      if (isCostSpan(span)) batch.onEnd(isSampled ? span : asSampled(span));
      else if (isSampled && settings.exported === 'all') batch.onEnd(span);
    },
    forceFlush: () => batch.forceFlush().catch(reportExport),
    shutdown: () => batch.shutdown().catch(reportExport),
  };
};

/** `http://host:4318` and `http://host:4318/v1/traces` mean the same. */
const tracesUrl = (endpoint: string): string => {
  const base = endpoint.replace(/\/+$/, '');
  return base.endsWith('/v1/traces') ? base : `${base}/v1/traces`;
};

// The application's sampler decides about the application's exports. A cost that is left out of ours would be lost money,
// and the batch takes only spans whose flag is set.
const asSampled = (span: ReadableSpan): ReadableSpan => {
  const spanContext = { ...span.spanContext(), traceFlags: span.spanContext().traceFlags | TraceFlags.SAMPLED };
  return Object.create(span, { spanContext: { value: () => spanContext } }) as ReadableSpan;
};

const reportExport = (error: unknown): void => {
  diag.error(`costspan: export failed: ${error instanceof Error ? error.message : String(error)}`);
};
