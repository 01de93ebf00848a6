import { context, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { describe, expect, test } from 'vitest';
import { CostspanError, createCostspan } from '../../src/index.ts';
import { measure, pick } from '../support/measure.ts';

const named = (spans: readonly ReadableSpan[], name: string): ReadableSpan | undefined =>
  spans.find((span) => span.name === name);
const IDENTITY = ['type', 'id', 'tenant', 'parent_id'].map((name) => `costspan.work_item.${name}`);
const identity = (span: ReadableSpan | undefined): unknown => pick(span, ...IDENTITY);
const foreign = (name: string): void => trace.getTracer('somebody-else').startSpan(name).end();

describe('run', () => {
  test('returns what the function returns, synchronous or not', async () => {
    const { costspan } = measure();
    expect(costspan.workItem.run({ type: 'ticket', id: 'T-1' }, () => 7)).toBe(7);
    const promise = costspan.workItem.run({ type: 'ticket', id: 'T-1' }, async () => 8);
    expect(promise).toBeInstanceOf(Promise);
    expect(await promise).toBe(8);
  });

  test('throws the very error of the function, and marks its span', async () => {
    const { costspan, spans } = measure();
    const error = new RangeError('secret words');
    const thrown = (): never => {
      throw error;
    };
    expect(() => costspan.workItem.run({ type: 'ticket', id: 'T-1' }, thrown)).toThrow(error);
    await expect(costspan.workItem.run({ type: 'ticket', id: 'T-1' }, async () => thrown())).rejects.toBe(error);
    for (const span of await spans()) {
      expect(span.status).toEqual({ code: 2 });
      expect(span.attributes['error.type']).toBe('RangeError');
    }
  });

  test('makes one trace of everything inside, foreign spans included, and stamps all of it', async () => {
    const { costspan, spans } = measure();
    await costspan.workItem.run({ type: 'ticket', id: 'T-42', tenant: 'acme', dimensions: { team: 'support' } }, async () => {
      foreign('before');
      await new Promise((resolve) => setImmediate(resolve));
      foreign('after');
      await Promise.all([1, 2].map(async (number) => foreign(`parallel ${number}`)));
    });
    const found = await spans();
    expect(found.map(({ name }) => name)).toEqual(['before', 'after', 'parallel 1', 'parallel 2', 'work_item ticket']);
    expect(new Set(found.map((span) => span.spanContext().traceId)).size).toBe(1);
    for (const span of found) {
      expect(pick(span, ...IDENTITY, 'costspan.dimension.team')).toEqual({
        'costspan.work_item.type': 'ticket',
        'costspan.work_item.id': 'T-42',
        'costspan.work_item.tenant': 'acme',
        'costspan.dimension.team': 'support',
      });
    }
  });

  test('is a part of the trace it is called in', async () => {
    const { costspan, spans } = measure();
    const outer = trace.getTracer('app').startSpan('request');
    context.with(trace.setSpan(context.active(), outer), () =>
      costspan.workItem.run({ type: 'ticket', id: 'T-1' }, () => undefined),
    );
    outer.end();
    expect(named(await spans(), 'work_item ticket')?.parentSpanContext?.spanId).toBe(outer.spanContext().spanId);
  });

  test('keeps items that run at the same time apart', async () => {
    const { costspan, spans } = measure();
    const ids = Array.from({ length: 20 }, (_, at) => `T-${at}`);
    await Promise.all(
      ids.map((id) =>
        costspan.workItem.run({ type: 'ticket', id }, async () => {
          await new Promise((resolve) => setImmediate(resolve));
          foreign(`work on ${id}`);
        }),
      ),
    );
    const found = (await spans()).filter(({ name }) => name.startsWith('work on'));
    expect(found).toHaveLength(20);
    for (const span of found) expect(span.name).toBe(`work on ${span.attributes['costspan.work_item.id']}`);
  });

  test('gives an inner item its parent, tenant and dimensions', async () => {
    const { costspan, spans } = measure();
    costspan.workItem.run({ type: 'claim', id: 'C-1', tenant: 'acme', dimensions: { team: 'claims' } }, () =>
      costspan.workItem.run({ type: 'photo', id: 'P-1', dimensions: { step: 'scan' } }, () => foreign('inner')),
    );
    expect(pick(named(await spans(), 'inner'), ...IDENTITY, 'costspan.dimension.team', 'costspan.dimension.step')).toEqual({
      'costspan.work_item.type': 'photo',
      'costspan.work_item.id': 'P-1',
      'costspan.work_item.tenant': 'acme',
      'costspan.work_item.parent_id': 'C-1',
      'costspan.dimension.team': 'claims',
      'costspan.dimension.step': 'scan',
    });
  });

  test('does not make an item its own parent when it is entered again', async () => {
    const { costspan, spans } = measure();
    costspan.workItem.run({ type: 'ticket', id: 'T-1' }, () =>
      costspan.workItem.run({ type: 'ticket', id: 'T-1' }, () => foreign('inner')),
    );
    expect(identity(named(await spans(), 'inner'))).toEqual({
      'costspan.work_item.type': 'ticket',
      'costspan.work_item.id': 'T-1',
    });
  });

  test('works without a context manager', async () => {
    context.disable();
    const exporter = new InMemorySpanExporter();
    const costspan = createCostspan();
    trace.setGlobalTracerProvider(
      new TracerProvider({ spanProcessors: [costspan.spanProcessor, new SimpleSpanProcessor({ exporter })] }),
    );
    const lookup = costspan.tool('lookup', async () => 1, { sku: 'crm/lookup' });
    await costspan.workItem.run({ type: 'ticket', id: 'T-1' }, async () => {
      await new Promise((resolve) => setImmediate(resolve));
      await lookup();
      foreign('inner');
    });
    const [tool, inner, run] = exporter.getFinishedSpans();
    expect([tool, inner, run].map(identity)).toEqual(
      Array(3).fill({ 'costspan.work_item.type': 'ticket', 'costspan.work_item.id': 'T-1' }),
    );
    expect(tool?.parentSpanContext?.spanId).toBe(run?.spanContext().spanId);
  });

  test('keeps the item where code in between drops the context', async () => {
    const { costspan, spans } = measure();
    costspan.workItem.run({ type: 'ticket', id: 'T-1' }, () => context.with(ROOT_CONTEXT, () => foreign('inner')));
    expect(identity(named(await spans(), 'inner'))).toMatchObject({ 'costspan.work_item.id': 'T-1' });
  });

  test('leaves alone a span that names an item itself', async () => {
    const { costspan, spans } = measure();
    costspan.workItem.run({ type: 'ticket', id: 'T-1', tenant: 'acme' }, () =>
      trace
        .getTracer('app')
        .startSpan('other', { attributes: { 'costspan.work_item.id': 'T-2' } })
        .end(),
    );
    expect(identity(named(await spans(), 'other'))).toEqual({ 'costspan.work_item.id': 'T-2' });
  });
});

describe('an item that cannot be used', () => {
  const refused: readonly (readonly [string, object, string])[] = [
    ['no id', { type: 'ticket' }, 'workItem.run: id: expected a string that is not empty, found undefined; '],
    ['an empty id', { type: 'ticket', id: '' }, 'workItem.run: id: expected a string that is not empty, found an empty string; '],
    [
      'an id of 257 bytes',
      { type: 'ticket', id: `${'é'.repeat(128)}x` },
      'workItem.run: id: expected at most 256 bytes of UTF-8, found 257; ',
    ],
    ['a number as id', { type: 'ticket', id: 7 }, 'workItem.run: id: expected a string that is not empty, found 7; '],
    [
      '17 dimensions',
      { type: 't', id: 'i', dimensions: Object.fromEntries(Array.from({ length: 17 }, (_, at) => [`d${at}`, 'x'])) },
      'workItem.run: dimensions: expected at most 16, found 17; ',
    ],
    [
      'a dimension that is no text',
      { type: 't', id: 'i', dimensions: { team: 1 } },
      'workItem.run: dimensions.team: expected a string of at most 256 bytes, found 1; ',
    ],
  ];

  test.each(refused)('%s is refused where that is asked for', (_, init, message) => {
    const { costspan } = measure({ onMisuse: 'throw' });
    expect(() => costspan.workItem.run(init as never, () => 1)).toThrow(message);
  });

  test.each(refused)('%s warns, and the work goes on unattributed', async (_, init) => {
    const { costspan, spans } = measure({ onMisuse: 'warn' });
    const work = (): number => {
      foreign('work');
      return 1;
    };
    expect(costspan.workItem.run(init as never, work)).toBe(1);
    expect((await spans()).map((span) => [span.name, identity(span)])).toEqual([['work', {}]]);
  });

  test('an id of 256 bytes is fine', async () => {
    const { costspan, spans } = measure();
    costspan.workItem.run({ type: 'ticket', id: 'é'.repeat(128) }, () => undefined);
    expect((await spans())[0]?.attributes['costspan.work_item.id']).toBe('é'.repeat(128));
  });

  test('cannot be handed off', async () => {
    const { costspan } = measure({ onMisuse: 'warn' });
    const handoff = costspan.workItem.run({ type: 'ticket', id: '' }, (item) => item.handoff({ role: 'agent' }));
    await expect(handoff).rejects.toThrow(CostspanError);
  });
});

describe('outcome', () => {
  test('is a span of its own, from anywhere', async () => {
    const { costspan, spans } = measure();
    costspan.workItem.ref({ type: 'ticket', id: 'T-42', tenant: 'acme' }).outcome('resolved');
    const [span, ...others] = await spans();
    expect(others).toEqual([]);
    expect(span?.name).toBe('costspan.work_item.outcome');
    expect(pick(span, ...IDENTITY, 'costspan.work_item.outcome')).toEqual({
      'costspan.work_item.type': 'ticket',
      'costspan.work_item.id': 'T-42',
      'costspan.work_item.tenant': 'acme',
      'costspan.work_item.outcome': 'resolved',
    });
  });

  test('belongs to the item it is said of, also inside of another', async () => {
    const { costspan, spans } = measure();
    costspan.workItem.run({ type: 'claim', id: 'C-1' }, () =>
      costspan.workItem.ref({ type: 'ticket', id: 'T-1' }).outcome('merged'),
    );
    expect(identity(named(await spans(), 'costspan.work_item.outcome'))).toEqual({
      'costspan.work_item.type': 'ticket',
      'costspan.work_item.id': 'T-1',
    });
  });

  test('said twice in one millisecond still has an order', async () => {
    const { costspan, spans } = measure();
    const ticket = costspan.workItem.ref({ type: 'ticket', id: 'T-1' });
    for (const value of ['open', 'resolved', 'reopened']) ticket.outcome(value);
    const at = (await spans()).map(({ attributes }) => BigInt(String(attributes['costspan.work_item.outcome_at'])));
    expect(at.length).toBe(3);
    expect(at.toSorted((left, right) => (left < right ? -1 : 1))).toEqual(at);
    expect(new Set(at).size).toBe(3);
  });
});

test('idHmacKey hides ids the same way in every process, and tells types apart', async () => {
  const { costspan, spans } = measure({ idHmacKey: 'a key of sixteen characters' });
  costspan.workItem.run({ type: 'claim', id: '7' }, () =>
    costspan.workItem.run({ type: 'ticket', id: '7', parent: { type: 'claim', id: '7' } }, () => undefined),
  );
  const [ticket, claim] = (await spans()).map(identity) as Record<string, string>[];
  expect(claim?.['costspan.work_item.id']).toMatch(/^[0-9a-f]{32}$/);
  expect(ticket?.['costspan.work_item.id']).not.toBe(claim?.['costspan.work_item.id']);
  expect(ticket?.['costspan.work_item.parent_id']).toBe(claim?.['costspan.work_item.id']);
  expect(JSON.stringify([ticket, claim])).not.toContain('"7"');
});

test.each([
  ['all', ['foreign root', 'foreign child', 'foreign model call', 'execute_tool x', 'work_item ticket']],
  ['roots', ['foreign root', 'foreign model call', 'execute_tool x', 'work_item ticket']],
  ['cost', ['foreign model call', 'execute_tool x', 'work_item ticket']],
] as const)('stamp %s', async (stamp, stamped) => {
  const { costspan, spans } = measure({ stamp });
  const tool = costspan.tool('x', () => 1, { sku: 'a/b' });
  costspan.workItem.run({ type: 'ticket', id: 'T-1' }, () => {
    const tracer = trace.getTracer('app');
    tracer.startSpan('foreign root', { root: true }).end();
    tracer.startSpan('foreign child').end();
    tracer.startSpan('foreign model call', { attributes: { 'gen_ai.request.model': 'gpt-5' } }).end();
    tool();
  });
  const found = (await spans()).filter(({ attributes }) => attributes['costspan.work_item.id'] === 'T-1');
  expect(found.map(({ name }) => name)).toEqual(stamped);
});
