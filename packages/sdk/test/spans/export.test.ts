import { startOtlpSink } from '@costspan/testkit';
import { trace } from '@opentelemetry/api';
import {
  AlwaysOffSampler,
  InMemorySpanExporter,
  ParentBasedSampler,
  SimpleSpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { describe, expect, test } from 'vitest';
import { createCostspan } from '../../src/index.ts';
import { measure } from '../support/measure.ts';

type OtlpSpan = {
  readonly name: string;
  readonly flags?: number;
  readonly attributes: readonly { readonly key: string; readonly value: Readonly<Record<string, unknown>> }[];
};

const spansIn = (body: Buffer): readonly OtlpSpan[] => {
  const request = JSON.parse(body.toString('utf8')) as { resourceSpans: { scopeSpans: { spans: OtlpSpan[] }[] }[] };
  return request.resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans));
};

describe('over OTLP', () => {
  test('spans arrive with whole numbers as whole numbers and amounts as text', async () => {
    await using sink = await startOtlpSink();
    const { costspan } = measure({ endpoint: sink.url, headers: { authorization: 'Bearer t' } });
    costspan.workItem.run({ type: 'ticket', id: 'T-1' }, () =>
      costspan.tool('x', () => 1, {
        cost: { amount: '0.06', currency: 'USD' },
        usage: { tool_calls: 2, compute_seconds: '0.5' },
      })(),
    );
    await costspan.flush();
    const [request] = sink.accepted('traces');
    expect(request?.headers['authorization']).toBe('Bearer t');
    const spans = spansIn(request?.body ?? Buffer.alloc(0));
    expect(spans.map(({ name }) => name)).toEqual(['execute_tool x', 'work_item ticket']);
    const values = Object.fromEntries(spans[0]?.attributes.map(({ key, value }) => [key, value]) ?? []);
    expect(values['costspan.usage.tool_calls']).toEqual({ intValue: 2 });
    expect(values['costspan.usage.compute_seconds']).toEqual({ stringValue: '0.5' });
    expect(values['costspan.declared_cost.amount']).toEqual({ stringValue: '0.06' });
    await costspan.shutdown();
  });

  test('an endpoint that is down is reported, and the application goes on', async () => {
    const sink = await startOtlpSink();
    await sink.close();
    const { costspan } = measure({ endpoint: sink.url });
    expect(costspan.tool('x', () => 1)()).toBe(1);
    await costspan.shutdown();
  });

  test.each([
    ['all', ['execute_tool x', 'foreign', 'foreign model call']],
    ['cost', ['execute_tool x', 'foreign model call']],
  ] as const)('exports %s', async (which, names) => {
    const exporter = new InMemorySpanExporter();
    const { costspan } = measure({ exporter, export: which });
    costspan.tool('x', () => 1)();
    trace.getTracer('app').startSpan('foreign').end();
    trace
      .getTracer('app')
      .startSpan('foreign model call', { attributes: { 'gen_ai.request.model': 'gpt-5' } })
      .end();
    await costspan.flush();
    expect(exporter.getFinishedSpans().map(({ name }) => name)).toEqual(names);
  });
});

describe('when the application samples nothing', () => {
  const run = async (withSampler: boolean): Promise<readonly (readonly string[])[]> => {
    trace.disable();
    const [ours, theirs] = [new InMemorySpanExporter(), new InMemorySpanExporter()];
    const costspan = createCostspan({ exporter: ours });
    const inner = new ParentBasedSampler({ root: new AlwaysOffSampler() });
    trace.setGlobalTracerProvider(
      new TracerProvider({
        sampler: withSampler ? costspan.sampler(inner) : inner,
        spanProcessors: [costspan.spanProcessor, new SimpleSpanProcessor({ exporter: theirs })],
      }),
    );
    costspan.workItem.run({ type: 'ticket', id: 'T-1' }, () => {
      trace.getTracer('app').startSpan('foreign').end();
      trace
        .getTracer('app')
        .startSpan('query', { attributes: { 'db.system.name': 'postgresql' } })
        .end();
      trace
        .getTracer('ai')
        .startSpan('model call', { attributes: { 'gen_ai.request.model': 'gpt-5' } })
        .end();
      costspan.tool('x', () => 1)();
    });
    costspan.workItem.ref({ type: 'ticket', id: 'T-1' }).outcome('resolved');
    await costspan.flush();
    return [ours, theirs].map((exporter) => exporter.getFinishedSpans().map(({ name }) => name));
  };

  test('our sampler keeps cost for our export, and the exports of the application as they were', async () => {
    expect(await run(true)).toEqual([['model call', 'execute_tool x', 'work_item ticket', 'costspan.work_item.outcome'], []]);
  });

  test('without our sampler it is lost, as the sampler says', async () => {
    expect(await run(false)).toEqual([[], []]);
  });
});

test('exported as sampled, a span is otherwise the same', async () => {
  trace.disable();
  const exporter = new InMemorySpanExporter();
  const costspan = createCostspan({ exporter });
  trace.setGlobalTracerProvider(
    new TracerProvider({ sampler: costspan.sampler(new AlwaysOffSampler()), spanProcessors: [costspan.spanProcessor] }),
  );
  costspan.tool('x', () => 1, { sku: 'a/b' })();
  await costspan.flush();
  const [span] = exporter.getFinishedSpans();
  expect(span?.spanContext().traceFlags).toBe(1);
  expect(span?.attributes['costspan.sku']).toBe('a/b');
  expect(span?.ended).toBe(true);
});
