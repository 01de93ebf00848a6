import { context, propagation, trace } from '@opentelemetry/api';
import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace';
import { registerOTel } from '@vercel/otel';
import { afterEach, expect, test } from 'vitest';
import { createCostspan } from '../src/index.ts';

afterEach(() => {
  trace.disable();
  context.disable();
  propagation.disable();
});

test('beside registerOTel of @vercel/otel, which brings version 2 of the OpenTelemetry SDK', async () => {
  const [ours, theirs] = [new InMemorySpanExporter(), new InMemorySpanExporter()];
  const costspan = createCostspan({ exporter: ours, handoffKey: 'a key of sixteen characters' });
  registerOTel({ serviceName: 'app', spanProcessors: [costspan.spanProcessor, new SimpleSpanProcessor({ exporter: theirs })] });
  const lookup = costspan.tool('lookup', async () => 1, { sku: 'a/b' });
  await costspan.workItem.run({ type: 'ticket', id: 'T-1' }, async () => {
    await lookup();
    trace.getTracer('app').startSpan('own work').end();
  });
  await costspan.flush();
  expect(costspan.doctor().filter(({ severity }) => severity === 'problem')).toEqual([]);
  for (const exporter of [ours, theirs]) {
    expect(exporter.getFinishedSpans().map(({ name, attributes }) => [name, attributes['costspan.work_item.id']])).toEqual([
      ['execute_tool lookup', 'T-1'],
      ['own work', 'T-1'],
      ['work_item ticket', 'T-1'],
    ]);
  }
});
