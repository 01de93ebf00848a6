import { context, propagation, trace } from '@opentelemetry/api';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace';
import { afterEach, expect, test } from 'vitest';
import { createCostspan } from '../src/index.ts';

afterEach(() => {
  trace.disable();
  context.disable();
  propagation.disable();
});

test('beside a NodeSDK of the application, created before or after it starts', async () => {
  const [ours, theirs] = [new InMemorySpanExporter(), new InMemorySpanExporter()];
  const costspan = createCostspan({ exporter: ours, handoffKey: 'a key of sixteen characters' });
  const before = costspan.tool('before', async () => 1, { sku: 'a/b' });
  const sdk = new NodeSDK({
    autoDetectResources: false,
    metricReaders: [],
    logRecordProcessors: [],
    serviceName: 'app',
    spanProcessors: [costspan.spanProcessor, new SimpleSpanProcessor({ exporter: theirs })],
  });
  sdk.start();
  await costspan.workItem.run({ type: 'ticket', id: 'T-1' }, async () => {
    await before();
    trace.getTracer('app').startSpan('own work').end();
  });
  await costspan.flush();
  expect(costspan.doctor().filter(({ severity }) => severity === 'problem')).toEqual([]);
  for (const exporter of [ours, theirs]) {
    expect(exporter.getFinishedSpans().map(({ name, attributes }) => [name, attributes['costspan.work_item.id']])).toEqual([
      ['execute_tool before', 'T-1'],
      ['own work', 'T-1'],
      ['work_item ticket', 'T-1'],
    ]);
  }
  await sdk.shutdown();
});
