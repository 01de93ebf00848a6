import { startFakeOpenAi } from '@costspan/testkit';
import OpenAI from 'openai';
import { describe, expect, test, vi } from 'vitest';
import { BudgetExceededError, type BudgetInit, type BudgetNotice } from '../../src/index.ts';
import { decisionsOf } from '../support/decisions.ts';
import { post } from '../support/fake-fetch.ts';
import { measure } from '../support/measure.ts';

const item = { type: 'ticket', id: 'T-1' };
const usd = (amount: string) => ({ amount, currency: 'USD' });

const setUp = (...inits: readonly Partial<BudgetInit>[]) => {
  const measured = measure();
  const { costspan } = measured;
  const budgets = inits.map((init, at) => costspan.budget({ per: 'item', currency: 'USD', name: `budget-${at}`, ...init }));
  return { ...measured, budgets };
};

const stopOf = async (work: () => unknown): Promise<BudgetExceededError['stop'] | undefined> => {
  try {
    await work();
    return undefined;
  } catch (error) {
    return BudgetExceededError.find(error)?.stop;
  }
};

describe('a budget that cannot be one is refused where it is made', () => {
  test.each<[string, object, string]>([
    ['no limit', {}, 'budget: hard: expected a limit, found none; give soft, gate or hard, or time'],
    [
      'a float',
      { hard: 5 },
      'budget: hard: expected decimal text that is not negative and not finer than 1e-12, such as "5.00", found 5; quote it: floats are not exact',
    ],
    ['a negative limit', { hard: '-5' }, 'budget: hard: expected decimal text that is not negative'],
    ['a limit finer than money', { hard: '0.0000000000001' }, 'budget: hard: expected decimal text'],
    [
      'soft above hard',
      { soft: '2', hard: '1' },
      'budget: soft: expected at most hard, found more; soft comes before gate, gate before hard',
    ],
    ['gate above hard', { gate: '2', hard: '1' }, 'budget: gate: expected at most hard'],
    ['no period per type', { per: 'type', hard: '1' }, 'budget: period: expected a period for a budget per type, found none'],
    [
      'no currency',
      { hard: '1', currency: undefined },
      'budget: currency: expected an ISO 4217 code such as "USD", found nothing',
    ],
    ['a currency that is none', { hard: '1', currency: 'dollars' }, 'budget: currency: expected an ISO 4217 code'],
    [
      'two currencies',
      { hard: '1', currency: ['USD', 'EUR'] },
      'budget: currency: expected an ISO 4217 code such as "USD", found a list; write the currency of the price book, in capitals; a second currency needs a second budget',
    ],
    ['an unknown field', { hard: '1', max: '1' }, 'budget: max: unknown field'],
    ['negative time', { time: { hardMs: -1 } }, 'budget: time: hardMs: expected a whole number of milliseconds'],
    [
      'an agent of a budget per item',
      { hard: '1', agent: 'a' },
      'budget: agent: expected only with per: "agent", found per: "item"',
    ],
  ])('%s', (_, init, message) => {
    const { costspan } = measure();
    expect(() => costspan.budget({ per: 'item', currency: 'USD', ...init } as BudgetInit)).toThrow(message);
  });

  test('two currencies under one name', () => {
    const { costspan } = measure();
    costspan.budget({ per: 'item', currency: 'USD', hard: '1' });
    expect(() => costspan.budget({ per: 'item', currency: 'EUR', hard: '1' })).toThrow(
      'budget: currency: expected USD, in which a budget named per-item counts already, found EUR; give one of them another name',
    );
  });

  test('something else in their place', () => {
    const { costspan } = measure();
    expect(() => costspan.workItem.run({ ...item, budgets: [{ hard: '1' }] as never }, () => 1)).toThrow(
      'workItem.run: budgets: expected a list of budgets, found something else in the list; make each with costspan.budget(',
    );
  });

  test('an item that cannot be used, because its work would run unlimited', () => {
    const { costspan, budgets } = setUp({ hard: '1' });
    let hasRun = false;
    expect(() =>
      costspan.workItem.run({ type: 'ticket', id: '', budgets }, () => {
        hasRun = true;
      }),
    ).toThrow('workItem.run: id: expected a string that is not empty');
    expect(hasRun).toBe(false);
  });
});

describe('tools', () => {
  test('cost what they say, also without a promise, and nothing where the vendor bills no failure', () => {
    const { costspan, budgets } = setUp({ hard: '0.25' });
    let fails = false;
    const pay = costspan.tool(
      'pay',
      () => {
        if (fails) throw new Error('declined');
        return 'paid';
      },
      { cost: usd('0.10'), failed: 'no' },
    );
    costspan.workItem.run({ ...item, budgets }, () => {
      expect(pay()).toBe('paid');
      fails = true;
      expect(pay).toThrow('declined');
      fails = false;
      expect(pay()).toBe('paid');
      expect(pay).toThrow('budget budget-0 (item): tool pay may cost up to 0.1 USD');
    });
  });

  test('priced from the price book by sku, or by what the result says below a bound', async () => {
    const { costspan, budgets, spans } = setUp({ hard: '1' });
    await costspan.ready();
    const query = costspan.vector('kb.search', async () => ({ units: 5 }), {
      sku: 'pinecone/query',
      usage: ({ units }) => ({ vector_read_units: units }),
      costMax: usd('0.01'),
    });
    const charge = costspan.tool('charge', async (amount: string) => ({ amount }), {
      cost: ({ amount }) => usd(amount),
      costMax: usd('0.50'),
    });
    await costspan.workItem.run({ ...item, budgets }, async () => {
      await query();
      await charge('0.125');
    });
    expect(decisionsOf(await spans())).toEqual([
      'reserve item 0.01 0 0.01',
      expect.stringMatching(/^commit item 0\.000\d+ /),
      expect.stringMatching(/^release item/),
      expect.stringMatching(/^reserve item 0\.5 0\.000\d+ 0\.5$/),
      expect.stringMatching(/^commit item 0\.125 0\.125\d+ 0$/),
      expect.stringMatching(/^release item 0\.375 /),
    ]);
  });

  test.each<[string, object, string]>([
    ['a tool that says nothing of its cost', {}, 'unpriced'],
    ['one whose result tells, without a bound', { cost: () => usd('1') }, 'unbounded'],
    ['one with a sku nobody knows', { sku: 'nobody/nothing' }, 'unpriced'],
    ['one in another currency', { cost: { amount: '1', currency: 'EUR' } }, 'currency'],
  ])('%s is refused', async (_, options, reason) => {
    const { costspan, budgets } = setUp({ hard: '1' });
    await costspan.ready();
    const tool = costspan.tool('x', async () => 'done', options);
    const stop = await costspan.workItem.run({ ...item, budgets }, () => stopOf(tool));
    expect(stop?.reason).toBe(reason);
  });

  test('one that is synchronous and needs a price cannot wait for the price book', () => {
    const { costspan, budgets } = setUp({ hard: '1' });
    const tool = costspan.tool('x', () => 'done', { sku: 'pinecone/query' });
    expect(() => costspan.workItem.run({ ...item, budgets }, tool)).toThrow(
      'tool: x: expected prices that are loaded, found a function that cannot wait for them; call `await costspan.ready()` first, or declare the function async',
    );
  });

  test('outside of a budget stay untouched', () => {
    const { costspan } = setUp();
    expect(
      costspan.workItem.run(
        item,
        costspan.tool('x', () => 'done'),
      ),
    ).toBe('done');
  });
});

test('soft is said once, and work goes on', async () => {
  const notices: BudgetNotice[] = [];
  const { costspan, budgets, spans } = setUp({ soft: '0.15', onSoft: (notice) => notices.push(notice) });
  const pay = costspan.tool('pay', async () => 'paid', { cost: usd('0.10') });
  await costspan.workItem.run({ ...item, budgets }, async () => {
    for (let at = 0; at < 4; at += 1) await pay();
  });
  expect(notices).toEqual([
    { budget: 'budget-0', scope: 'item', currency: 'USD', committed: '0.2', reserved: '0', elapsedMs: 0 },
  ]);
  expect(decisionsOf(await spans()).filter((line) => line.startsWith('soft'))).toEqual(['soft item 0.2 0']);
});

test('what was spent without asking counts, and passing the limit by it is told', async () => {
  const over: BudgetNotice[] = [];
  const { costspan, budgets, spans } = setUp({ hard: '0.10', onOvershoot: (notice) => over.push(notice) });
  await costspan.ready();
  const pay = costspan.tool('pay', async () => 'paid', { cost: usd('0.01') });
  await costspan.workItem.run({ ...item, budgets }, async () => {
    costspan.recordCost({ category: 'compliance', ...usd('0.12') });
    expect((await stopOf(pay))?.committed).toBe('0.12');
  });
  expect(over.map(({ committed }) => committed)).toEqual(['0.12']);
  expect(decisionsOf(await spans()).slice(0, 2)).toEqual(['charge item 0.12 0.12 0', 'overshoot item 0.02 0.12 0']);
});

test('a callback that fails does not reach the host', async () => {
  const fail = (): never => {
    throw new Error('callback');
  };
  const { costspan, budgets } = setUp({ soft: '0.01', hard: '0.15', onSoft: fail, onStop: fail });
  const pay = costspan.tool('pay', async () => 'paid', { cost: usd('0.10') });
  await costspan.workItem.run({ ...item, budgets }, async () => {
    expect(await pay()).toBe('paid');
    expect((await stopOf(pay))?.reason).toBe('money');
  });
});

describe('accounts', () => {
  const spend = async (
    costspan: ReturnType<typeof measure>['costspan'],
    init: Parameters<typeof costspan.workItem.run>[0] & object,
  ): Promise<string> => {
    const pay = costspan.tool('pay', async () => 'paid', { cost: usd('0.10') });
    return (await stopOf(() => costspan.workItem.run(init as never, pay)))?.scope ?? 'paid';
  };

  test('of items are apart by tenant, type and id', async () => {
    const { costspan, budgets } = setUp({ hard: '0.10' });
    const spent = [];
    for (const one of [item, { ...item, id: 'T-2' }, { ...item, type: 'claim' }, { ...item, tenant: 'acme' }, item]) {
      spent.push(await spend(costspan, { ...one, budgets } as never));
    }
    expect(spent).toEqual(['paid', 'paid', 'paid', 'paid', 'item']);
  });

  test('of a type and a period are shared by its items, and start anew', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2026, 10, 22, 23, 59) });
    try {
      const { costspan, budgets } = setUp({ per: 'type', type: 'ticket', period: 'day', hard: '0.10' });
      const spent = [
        await spend(costspan, { ...item, budgets } as never),
        await spend(costspan, { ...item, id: 'T-2', budgets } as never),
      ];
      spent.push(await spend(costspan, { type: 'claim', id: 'C', budgets } as never));
      vi.setSystemTime(Date.UTC(2026, 10, 23));
      spent.push(await spend(costspan, { ...item, budgets } as never));
      expect(spent).toEqual(['paid', 'type ticket 2026-11-22', 'paid', 'paid']);
    } finally {
      vi.useRealTimers();
    }
  });

  test('a budget around a run limits the items inside, once however often it is given', async () => {
    const { costspan, budgets } = setUp({ hard: '0.25' });
    const pay = costspan.tool('pay', async () => 'paid', { cost: usd('0.10') });
    await costspan.workItem.run({ ...item, budgets }, async () => {
      await costspan.workItem.run({ ...item, budgets }, pay);
      await costspan.workItem.run({ type: 'step', id: '1' }, pay);
      expect((await stopOf(() => costspan.workItem.run({ type: 'step', id: '2' }, pay)))?.committed).toBe('0.2');
    });
  });
});

describe('working time', () => {
  test('is a budget too: calls are refused when it is over, and the signal of the item aborts', async () => {
    const { costspan, budgets } = setUp({ time: { hardMs: 500 } });
    const pay = costspan.tool('pay', async () => 'paid', { cost: usd('0.10') });
    await costspan.workItem.run({ ...item, budgets }, async (run) => {
      expect(await pay()).toBe('paid');
      await new Promise((resolve) => run.signal?.addEventListener('abort', resolve));
      expect(BudgetExceededError.find(run.signal?.reason)?.stop.reason).toBe('time');
      expect((await stopOf(pay))?.reason).toBe('time');
    });
    // A second run of the item has no time left.
    await costspan.workItem.run({ ...item, budgets }, async () => expect((await stopOf(pay))?.reason).toBe('time'));
  });

  test('stops a stream that takes longer', async () => {
    await using server = await startFakeOpenAi();
    server.enqueue({
      reply: { text: 'one two three four', usage: { input_text_tokens: 1, output_text_tokens: 4 } },
      stream: { holdAfterEvents: 2 },
    });
    const { costspan, budgets } = setUp({ time: { hardMs: 1_500 } });
    await costspan.ready();
    const client = costspan.meter(new OpenAI({ baseURL: `${server.url}/v1`, apiKey: 'sk-test' }));
    const seen: unknown[] = [];
    const stop = await costspan.workItem.run({ ...item, budgets }, () =>
      stopOf(async () => {
        const stream = await client.chat.completions.create({
          model: 'gpt-5',
          messages: [],
          stream: true,
          max_completion_tokens: 9,
        });
        for await (const chunk of stream) seen.push(chunk);
      }),
    );
    expect(stop?.reason).toBe('time');
    expect(seen.length).toBeGreaterThan(0);
  });

  test('stops a call that waits for its answer, as it is, after no retry', async () => {
    await using server = await startFakeOpenAi();
    server.enqueue({ hang: 'before-headers' });
    const { costspan, budgets } = setUp({ time: { hardMs: 800 } });
    await costspan.ready();
    const client = costspan.meter(new OpenAI({ baseURL: `${server.url}/v1`, apiKey: 'sk-test' }));
    const stop = await costspan.workItem.run({ ...item, budgets }, () =>
      stopOf(() => client.chat.completions.create({ model: 'gpt-5', messages: [], max_completion_tokens: 9 })),
    );
    expect(stop?.reason).toBe('time');
    expect(server.log).toHaveLength(1);
  });
});

test('a stream that grows beyond what was assumed is stopped, and has cost what was set aside', async () => {
  const { costspan, budgets, spans } = setUp({ hard: '1', assume: { outputTokensMax: 10 } });
  await costspan.ready();
  const chunk = `data: ${JSON.stringify({ choices: [{ delta: { content: 'x' } }] })}\n\n`;
  const endless = new ReadableStream({
    pull: (controller) => controller.enqueue(new TextEncoder().encode(chunk)),
  });
  const send = costspan.fetch({
    provider: 'openai',
    fetch: async (_, init) => {
      const body = endless.pipeThrough(new TransformStream(), init?.signal == null ? {} : { signal: init.signal });
      return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
    },
  });
  const stop = await costspan.workItem.run({ ...item, budgets }, () =>
    stopOf(async () => {
      const response = await send(
        'https://api.openai.com/v1/chat/completions',
        post({ model: 'gpt-5', stream: true, messages: [] }),
      );
      for await (const _ of response.body ?? []);
    }),
  );
  expect(stop?.reason).toBe('overrun');
  const [reserved, committed] = decisionsOf(await spans()).map((line) => line.split(' ')[2]);
  expect(committed).toBe(reserved);
});

test('a run that is stopped gives what it has, where it was told how', async () => {
  const { costspan, budgets } = setUp({ hard: '0.25' });
  const pay = costspan.tool('pay', async () => 'paid', { cost: usd('0.10') });
  const done: string[] = [];
  const result = await costspan.workItem.run({ ...item, budgets, onStop: (stop) => ({ done, stopped: stop.code }) }, async () => {
    for (;;) done.push(await pay());
  });
  expect(result).toEqual({ done: ['paid', 'paid'], stopped: 'budget-exceeded' });
});

test('a budget travels with the item where it is given again', async () => {
  const { costspan, budgets } = setUp({ hard: '0.15' });
  const pay = costspan.tool('pay', async () => 'paid', { cost: usd('0.10') });
  const headers = await costspan.workItem.run({ ...item, budgets }, async () => {
    await pay();
    return costspan.workItem.inject({});
  });
  const extracted = costspan.workItem.extract(headers);
  const stop = await costspan.workItem.runWith(extracted, () => stopOf(pay), { budgets });
  expect(stop?.committed).toBe('0.1');
  expect(() => costspan.workItem.runWith(undefined, pay, { budgets })).toThrow('expected a work item with type and id');
});
