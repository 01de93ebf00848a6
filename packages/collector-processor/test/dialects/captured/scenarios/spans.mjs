// Shared by the scenarios: a global tracer provider that keeps spans, and writing them down at the end.
import { writeFileSync } from 'node:fs';
import { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node';

export const exporter = new InMemorySpanExporter();
export const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
// Some kits set up OpenTelemetry themselves, and are given the exporter.
if (!process.env.OWN_PROVIDER) provider.register();

export const { OPENAI_URL, ANTHROPIC_URL, BEDROCK_URL, PINECONE_URL, QDRANT_URL } = process.env;

/** Runs each call of a scenario, passes over those that fail, and writes the spans of all of them. */
export const run = async (calls, flush = async () => {}) => {
  for (const [name, call] of Object.entries(calls)) {
    await call().catch((error) => console.error(`${name}: ${error?.message ?? error}`, error?.cause?.message ?? ''));
  }
  await flush();
  await provider.forceFlush();
  const spans = exporter.getFinishedSpans().map((span) => ({
    scope: span.instrumentationScope.name,
    scopeVersion: span.instrumentationScope.version ?? '',
    name: span.name,
    kind: span.kind + 1,
    status: span.status.code,
    traceId: span.spanContext().traceId,
    spanId: span.spanContext().spanId,
    parentSpanId: span.parentSpanContext?.spanId ?? '',
    // Vectors of embeddings are long and say nothing about cost.
    attributes: Object.fromEntries(
      Object.entries(span.attributes).filter(([, value]) => !Array.isArray(value) || value.length < 32),
    ),
  }));
  writeFileSync(process.env.SPANS_FILE, JSON.stringify(spans));
};
