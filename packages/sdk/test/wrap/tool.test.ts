import { context, trace } from '@opentelemetry/api';
import { describe, expect, test } from 'vitest';
import { measure, pick, usageOf } from '../support/measure.ts';

class Thenable implements PromiseLike<number> {
  starts = 0;
  // biome-ignore lint/suspicious/noThenProperty: this is what lazy queries look like.
  then: PromiseLike<number>['then'] = (onDone, onFailed) => {
    this.starts += 1;
    return Promise.resolve(5).then(onDone, onFailed);
  };
}

class OwnPromise extends Promise<number> {
  readonly extra = 'kept';
}

describe('the host sees the same', () => {
  test('a synchronous function stays synchronous', () => {
    const { costspan } = measure();
    const add = costspan.tool('add', (left: number, right: number) => left + right, { sku: 'math/add' });
    expect(add(1, 2)).toBe(3);
    expect([add.name, add.length]).toEqual(['', 2]);
  });

  test('this and all arguments arrive', () => {
    const { costspan } = measure();
    const counter = {
      count: 10,
      add: costspan.tool('add', function (this: { count: number }, ...numbers: number[]): number {
        return this.count + numbers.length;
      }),
    };
    expect(counter.add(1, 2, 3)).toBe(13);
  });

  test('an error is the same object, thrown or rejected', async () => {
    const { costspan } = measure();
    const error = new Error('refused');
    const thrown = costspan.tool('thrown', () => {
      throw error;
    });
    const rejected = costspan.tool('rejected', () => Promise.reject(error));
    expect(() => thrown()).toThrow(error);
    await expect(rejected()).rejects.toBe(error);
  });

  test('a promise of a class of its own is that very promise', async () => {
    const { costspan, spans } = measure();
    const promise = new OwnPromise((resolve) => resolve(4));
    const call = costspan.tool('call', () => promise)();
    expect(call).toBe(promise);
    expect(call.extra).toBe('kept');
    expect(await call).toBe(4);
    expect(await spans()).toHaveLength(1);
  });

  test('what starts only when awaited is started once, by the host', async () => {
    const { costspan, spans } = measure();
    const query = new Thenable();
    const call = costspan.tool('query', () => query)();
    expect(call).toBe(query);
    expect(query.starts).toBe(0);
    expect(await spans()).toHaveLength(0);
    expect(await call).toBe(5);
    expect(query.starts).toBe(1);
    expect(await spans()).toHaveLength(1);
  });

  test('a frozen promise is left alone', async () => {
    const { costspan, spans } = measure();
    const call = costspan.tool('call', () => Object.freeze(new OwnPromise((resolve) => resolve(4))))();
    expect(await call).toBe(4);
    expect(await spans()).toHaveLength(1);
  });

  test('a rejection that nobody handles is still reported by the runtime', async () => {
    const { costspan } = measure();
    const error = new Error('lost');
    const unhandled = new Promise((resolve) => {
      const listeners = process.listeners('unhandledRejection');
      process.removeAllListeners('unhandledRejection');
      process.once('unhandledRejection', (reason) => {
        for (const listener of listeners) process.on('unhandledRejection', listener);
        resolve(reason);
      });
    });
    void costspan.tool('lose', async () => Promise.reject(error))();
    expect(await unhandled).toBe(error);
  });
});

test('a call is one span with its price and usage, and the item it belongs to', async () => {
  const { costspan, spans } = measure();
  const refund = costspan.tool('stripe.refund', async (charge: string) => ({ id: charge }), { sku: 'stripe/refund' });
  expect(await costspan.workItem.run({ type: 'ticket', id: 'T-1' }, () => refund('ch_1'))).toEqual({ id: 'ch_1' });
  const [span] = await spans();
  expect(span?.name).toBe('execute_tool stripe.refund');
  expect({ ...span?.attributes }).toEqual({
    'costspan.role': 'tool',
    'costspan.category': 'tool',
    'costspan.sku': 'stripe/refund',
    'costspan.usage.tool_calls': 1,
    'costspan.work_item.type': 'ticket',
    'costspan.work_item.id': 'T-1',
    'gen_ai.operation.name': 'execute_tool',
    'gen_ai.tool.name': 'stripe.refund',
  });
});

test('cost and usage come from the result and the arguments', async () => {
  const { costspan, spans } = measure();
  const send = costspan.tool('sms', async (texts: readonly string[]) => ({ segments: texts.length * 2 }), {
    sku: 'twilio/sms',
    usage: (result, texts) => ({ sms_segments: result.segments, sms_texts: texts.length }),
    cost: (result) => ({ amount: `0.0${result.segments}`, currency: 'USD' }),
    category: 'compliance',
  });
  await send(['a', 'b']);
  const [span] = await spans();
  expect(usageOf(span)).toEqual({ sms_segments: 4, sms_texts: 2 });
  expect(pick(span, 'costspan.category', 'costspan.declared_cost.amount', 'costspan.declared_cost.currency')).toEqual({
    'costspan.category': 'compliance',
    'costspan.declared_cost.amount': '0.04',
    'costspan.declared_cost.currency': 'USD',
  });
});

test('a stated cost needs no usage', async () => {
  const { costspan, spans } = measure();
  costspan.tool('x', () => 1, { cost: { amount: '0.06', currency: 'USD' } })();
  expect(usageOf((await spans())[0])).toEqual({});
});

test.each<[string, 'yes' | 'no' | 'possible' | undefined, object]>([
  ['possibly billed by default', undefined, { 'costspan.attempt.billable': 'possible', 'costspan.usage.tool_calls': 1 }],
  ['billed', 'yes', { 'costspan.attempt.billable': 'yes', 'costspan.usage.tool_calls': 1 }],
  ['not billed', 'no', { 'costspan.attempt.billable': 'no' }],
])('a failed call is marked, and %s', async (_, failed, attributes) => {
  const { costspan, spans } = measure();
  const fail = costspan.tool(
    'fail',
    () => {
      throw Object.assign(new Error('card 4242 declined'), { code: 'card_declined' });
    },
    { sku: 'stripe/refund', ...(failed !== undefined && { failed }) },
  );
  expect(() => fail()).toThrow('card 4242 declined');
  const [span] = await spans();
  expect(span?.status).toEqual({ code: 2 });
  expect(pick(span, 'error.type', 'costspan.attempt.billable', 'costspan.usage.tool_calls')).toEqual({
    'error.type': 'card_declined',
    ...attributes,
  });
});

test.each<[string, () => never | object]>([
  [
    'fails',
    () => {
      throw new Error('own bug');
    },
  ],
  ['gives no usage', () => ({ tool_calls: -1 })],
  ['gives floats', () => ({ tool_calls: 0.5 })],
])('a usage function that %s does not reach the host, and usage is missing, not zero', async (_, usage) => {
  const { costspan, spans } = measure();
  expect(costspan.tool('x', () => 7, { sku: 'a/b', usage: usage as never })()).toBe(7);
  expect(pick((await spans())[0], 'costspan.usage_missing', 'costspan.usage.tool_calls')).toEqual({
    'costspan.usage_missing': true,
  });
});

test('what happens inside is a child of the tool', async () => {
  const { costspan, spans } = measure();
  const outer = costspan.tool('outer', async () => {
    await new Promise((resolve) => setImmediate(resolve));
    trace.getTracer('app').startSpan('inner').end();
    return trace.getSpan(context.active()) !== undefined;
  });
  expect(await outer()).toBe(true);
  const [inner, tool] = await spans();
  expect(inner?.parentSpanContext?.spanId).toBe(tool?.spanContext().spanId);
});

test('a vector call names its database and its price', async () => {
  const { costspan, spans } = measure();
  const search = costspan.vector('kb.search', async () => ({ usage: { readUnits: 6 } }), {
    sku: 'pinecone/query',
    collection: 'articles',
    usage: ({ usage }) => ({ vector_read_units: usage.readUnits }),
  });
  await search();
  const [span] = await spans();
  expect([span?.name, span?.kind]).toEqual(['kb.search', 2]);
  expect({ ...span?.attributes }).toEqual({
    'costspan.role': 'tool',
    'costspan.category': 'vector',
    'costspan.sku': 'pinecone/query',
    'costspan.usage.vector_read_units': 6,
    'db.system.name': 'pinecone',
    'db.operation.name': 'query',
    'db.collection.name': 'articles',
  });
});

test('a vector call counts as one query unless it says otherwise', async () => {
  const { costspan, spans } = measure();
  costspan.vector('kb.search', () => [], { system: 'pgvector' })();
  expect(usageOf((await spans())[0])).toEqual({ vector_queries: 1 });
});

test.each<[string, unknown[], string]>([
  [
    'no name',
    ['', () => 1],
    'tool: name: expected a string that is not empty, found an empty string; name what the function does',
  ],
  ['no function', ['x', 7], 'tool: x: expected a function, found 7; give the function to wrap'],
  [
    'an unknown option',
    ['x', () => 1, { price: 1 }],
    'tool: x: price: unknown field; known fields are sku, cost, usage, costMax, failed, category',
  ],
  [
    'a sku without provider',
    ['x', () => 1, { sku: 'refund' }],
    'tool: x: sku: expected provider/name, such as "stripe/refund", found a string of 6 characters; name the price it has in the price book',
  ],
  [
    'a number as amount',
    ['x', () => 1, { cost: { amount: 0.06, currency: 'USD' } }],
    'tool: x: cost: amount: expected decimal text that is not negative, such as "0.06", found 0.06; quote it: floats are not exact',
  ],
  [
    'a negative amount',
    ['x', () => 1, { cost: { amount: '-1', currency: 'USD' } }],
    'tool: x: cost: amount: expected decimal text that is not negative, such as "0.06", found "-1"; write it without sign and exponent',
  ],
  [
    'a currency in words',
    ['x', () => 1, { cost: { amount: '1', currency: 'dollar' } }],
    'tool: x: cost: currency: expected an ISO 4217 code such as "USD", found a string of 6 characters; write it in capitals',
  ],
  [
    'empty usage',
    ['x', () => 1, { usage: {} }],
    'tool: x: usage: expected 1 to 64 units, found 0; write it like { tool_calls: 1 } or { compute_seconds: "0.25" }',
  ],
  [
    'a category nobody knows',
    ['x', () => 1, { category: 'fun' }],
    'tool: x: category: expected one of llm, embedding, vector, tool, human, infrastructure, observability, compliance, training, other, found a string of 3 characters; choose one of them',
  ],
])('%s is refused where the function is wrapped', (_, args, message) => {
  const { costspan } = measure({ onMisuse: 'warn' });
  expect(() => (costspan.tool as (...all: unknown[]) => unknown)(...args)).toThrow(message);
});
