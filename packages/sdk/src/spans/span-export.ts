import { diag, TraceFlags } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { BatchSpanProcessor, type ReadableSpan, type SpanExporter, type SpanProcessor } from '@opentelemetry/sdk-trace';
import { exportBatchMax, exportDelayMs, spanQueueMax } from '../limits.ts';
import type { CostspanSettings } from '../options.ts';
import { createExportHealth, type ExportHealth } from './export-health.ts';
import { isCostSpan } from './is-cost-span.ts';

/** The export of spans, which knows what it lost. */
export type SpanExport = SpanProcessor & {
  readonly health: ExportHealth /** Where spans go, for messages. */;
  readonly where: string;
};

/** Sends finished spans to the endpoint of the settings; undefined when they name none. */
export const createSpanExport = (
  settings: Pick<CostspanSettings, 'endpoint' | 'headers' | 'exporter' | 'exported'>,
): SpanExport | undefined => {
  const exporter =
    settings.exporter ??
    (settings.endpoint === undefined
      ? undefined
      : new OTLPTraceExporter({ url: tracesUrl(settings.endpoint), headers: { ...settings.headers } }));
  if (exporter === undefined) return undefined;
  const where = settings.endpoint ?? 'the given exporter';
  const health = createExportHealth(where);
  let waiting = 0;
  const counting: SpanExporter = {
    export: (spans, done) => {
      waiting -= spans.length;
      exporter.export(spans, (result) => {
        if (result.code === EXPORTED) health.exported(spans.length);
        else health.failed(spans.length, result.error);
        done(result);
      });
    },
    forceFlush: async () => exporter.forceFlush?.(),
    shutdown: () => exporter.shutdown(),
  };
  const batch = new BatchSpanProcessor({
    exporter: counting,
    maxQueueSize: spanQueueMax,
    maxExportBatchSize: exportBatchMax,
    scheduledDelayMillis: exportDelayMs,
  });
  // The batch drops beyond its bound without telling; here it is counted.
  const add = (span: ReadableSpan): void => {
    if (waiting >= spanQueueMax) {
      health.dropped();
      return;
    }
    waiting += 1;
    batch.onEnd(span);
  };
  return {
    health,
    where,
    onStart: () => undefined,
    onEnd: (span) => {
      const isSampled = (span.spanContext().traceFlags & TraceFlags.SAMPLED) !== 0;
      if (isCostSpan(span)) add(isSampled ? span : asSampled(span));
      else if (isSampled && settings.exported === 'all') add(span);
    },
    forceFlush: () => batch.forceFlush().catch(reportExport),
    shutdown: () => batch.shutdown().catch(reportExport),
  };
};

// `ExportResultCode.SUCCESS`, which lives in a package nothing else is needed of.
const EXPORTED = 0;

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
