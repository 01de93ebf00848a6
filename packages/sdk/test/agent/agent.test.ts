import { afterEach, describe, expect, test } from 'vitest';
import type { Budget, BudgetInit, Costspan } from '../../src/index.ts';
import { BudgetExceededError } from '../../src/index.ts';
import { decisionsOf } from '../support/decisions.ts';
import { type Measured, measure, pick } from '../support/measure.ts';

let measured: Measured;
afterEach(() => measured.costspan.shutdown());

const item = { type: 'ticket', id: 'T-1' };

/** A Costspan with a tool that costs 10 cents a call, which the price book need not know. */
const setUp = (...inits: readonly Partial<BudgetInit>[]) => {
  measured = measure();
  const { costspan } = measured;
  const budgets = inits.map(
    (init, at): Budget => costspan.budget({ per: 'item', currency: 'USD', name: `budget-${at}`, ...init }),
  );
  const pay = costspan.tool('pay', async () => 'paid', { cost: { amount: '0.10', currency: 'USD' } });
  return { ...measured, budgets, pay };
};

const refusalOf = async (work: Promise<unknown>): Promise<BudgetExceededError['stop'] | undefined> =>
  work.then(
    () => undefined,
    (error: unknown) => BudgetExceededError.find(error)?.stop,
  );

test('says who an agent is, who called it, how deep it is and how many it calls', async () => {
  const { costspan, spans } = setUp();
  await costspan.workItem.run(item, async (run) => {
    await run.agent({ name: 'planner' }, async () => {
      await Promise.all(['researcher', 'writer'].map((name) => costspan.workItem.current()?.agent({ name }, () => undefined)));
    });
  });
  const agents = (await spans()).filter(({ name }) => name.startsWith('invoke_agent'));
  const fields = ['costspan.agent.name', 'costspan.agent.parent', 'costspan.agent.depth', 'costspan.agent.fan_out'];
  expect(agents.map((span) => Object.values(pick(span, ...fields)))).toEqual([
    ['researcher', 'planner', 1, 0],
    ['writer', 'planner', 1, 0],
    ['planner', 0, 2],
  ]);
  // What they cost is on the calls inside: the spans of agents are never priced.
  expect(agents.map(({ attributes }) => attributes['costspan.role'])).toEqual(['aggregate', 'aggregate', 'aggregate']);
});

test('every span inside carries the name of the innermost agent', async () => {
  const { costspan, pay, ofRole } = setUp();
  await costspan.workItem.run(item, async (run) => {
    await pay();
    await run.agent({ name: 'planner' }, async () => {
      await pay();
      await costspan.workItem.current()?.agent({ name: 'payer' }, () => pay());
    });
  });
  const tools = await ofRole('tool');
  expect(tools.map(({ attributes }) => attributes['costspan.agent.name'])).toEqual([undefined, 'planner', 'payer']);
});

describe('a slice', () => {
  test('is set aside while the agent works, limits it, and what is left of it goes back', async () => {
    const { costspan, budgets, pay, spans } = setUp({ hard: '1.00' });
    await costspan.workItem.run({ ...item, budgets }, async (run) => {
      const stop = await refusalOf(
        run.agent({ name: 'payer', slice: '0.25' }, async (agent) => {
          expect(await agent.left()).toBe('0.25');
          await pay();
          await pay();
          expect(await agent.left()).toBe('0.05');
          await pay();
        }),
      );
      expect(stop).toMatchObject({ scope: 'slice payer', reason: 'money', committed: '0.2', hard: '0.25', requested: '0.1' });
      await run.agent({ name: 'rest', slice: '100%' }, async (agent) => expect(await agent.left()).toBe('0.8'));
    });
    expect(decisionsOf(await spans())).toEqual([
      'reserve slice payer 0.1 0 0.1',
      'commit slice payer 0.1 0.1 0',
      'reserve slice payer 0.1 0.1 0.1',
      'commit slice payer 0.1 0.2 0',
      'stop slice payer 0.1 0.2 0 money',
      'reserve item 0.25 0 0.25',
      'commit item 0.2 0.2 0',
      'release item 0.05 0.2 0',
      'reserve item 0.8 0.2 0.8',
      'commit item 0 0.2 0',
      'release item 0.8 0.2 0',
    ]);
  });

  test('nobody else can spend it meanwhile', async () => {
    const { costspan, budgets, pay } = setUp({ hard: '0.30' });
    await costspan.workItem.run({ ...item, budgets }, async (run) => {
      let begun: () => void = () => undefined;
      const isOpen = new Promise<void>((resolve) => {
        begun = resolve;
      });
      let end: () => void = () => undefined;
      const agent = run.agent({ name: 'payer', slice: '0.25' }, async () => {
        begun();
        await new Promise<void>((resolve) => {
          end = resolve;
        });
      });
      await isOpen;
      expect(await refusalOf(pay())).toMatchObject({ scope: 'item', reserved: '0.25', requested: '0.1' });
      end();
      await agent;
      await pay();
    });
  });

  test('slices of slices spend from all that they were cut from, once', async () => {
    const { costspan, budgets, pay } = setUp({ hard: '1.00' }, { per: 'type', period: 'day', hard: '2.00' });
    const left = async (): Promise<string | undefined> => {
      let found: string | undefined;
      await costspan.workItem.current()?.agent({ name: 'look', slice: '100%' }, async (agent) => {
        found = await agent.left();
      });
      return found;
    };
    await costspan.workItem.run({ ...item, budgets }, async (run) => {
      await run.agent({ name: 'a', slice: '50%' }, async (a) => {
        await pay();
        await costspan.workItem.current()?.agent({ name: 'b', slice: '50%' }, async (b) => {
          expect(await b.left()).toBe('0.2');
          await pay();
        });
        expect(await a.left()).toBe('0.3');
      });
      expect(await left()).toBe('0.8');
    });
    // Another item of the type has only its share of the day.
    await costspan.workItem.run({ ...item, id: 'T-2', budgets: budgets.slice(1) }, async () => expect(await left()).toBe('1.8'));
  });

  test('pays for the budget it was cut from, also where that is given again inside', async () => {
    const { costspan, budgets, pay } = setUp({ hard: '1.00' });
    const again = measured.costspan.budget({ per: 'item', currency: 'USD', name: 'budget-0', hard: '1.00' });
    await costspan.workItem.run({ ...item, budgets }, async (run) => {
      await run.agent({ name: 'a', slice: '0.50' }, () => costspan.workItem.run({ ...item, budgets: [again] }, pay));
      await run.agent({ name: 'look', slice: '100%' }, async (agent) => expect(await agent.left()).toBe('0.9'));
    });
  });

  test('a call that outlives its agent is paid from what it had set aside, and a new one is refused', async () => {
    const { costspan, budgets } = setUp({ hard: '1.00' });
    let end: () => void = () => undefined;
    const slow = costspan.tool('slow', () => new Promise<void>((resolve) => (end = resolve)).then(() => 'done'), {
      cost: { amount: '0.10', currency: 'USD' },
    });
    await costspan.workItem.run({ ...item, budgets }, async (run) => {
      let forgotten: Promise<string> | undefined;
      let late: (() => Promise<string>) | undefined;
      await run.agent({ name: 'careless', slice: '0.50' }, async () => {
        forgotten = slow();
        late = (await import('node:async_hooks')).AsyncLocalStorage.bind(slow);
      });
      await run.agent({ name: 'look', slice: '100%' }, async (agent) => expect(await agent.left()).toBe('0.9'));
      end();
      await forgotten;
      await run.agent({ name: 'look', slice: '100%' }, async (agent) => expect(await agent.left()).toBe('0.9'));
      expect(() => late?.()).toThrow('the agent that this slice was given to has ended');
    });
  });

  test.each<[string, string, string]>([
    ['0.50', 'no budget', 'agent: slice: expected a budget to cut the slice from'],
    ['2.00', 'more than there is', 'budget budget-0 (item): the slice of payer may cost up to 2 USD'],
    ['-1', 'negative', 'agent: slice: expected decimal text above 0'],
    ['101%', 'more than all', 'agent: slice: expected decimal text above 0'],
    ['half', 'no number', 'agent: slice: expected decimal text above 0'],
  ])('%s (%s) is refused before the agent runs', async (slice, kind, message) => {
    const { costspan, budgets } = setUp({ hard: '1.00' });
    let hasRun = false;
    const run = costspan.workItem.run({ ...item, budgets: kind === 'no budget' ? [] : budgets }, (ref) =>
      ref.agent({ name: 'payer', slice }, () => {
        hasRun = true;
      }),
    );
    await expect(run).rejects.toThrow(message);
    expect(hasRun).toBe(false);
  });
});

test('a budget per agent counts each agent for itself, and a budget per tool each tool', async () => {
  const { costspan, budgets, pay } = setUp({ per: 'agent', hard: '0.15' }, { per: 'tool', tool: 'pay', hard: '0.25' });
  await costspan.workItem.run({ ...item, budgets }, async (run) => {
    await run.agent({ name: 'a' }, async () => {
      await pay();
      expect(await refusalOf(pay())).toMatchObject({ scope: 'agent a' });
    });
    await run.agent({ name: 'b' }, () => pay());
    expect(await refusalOf(pay())).toMatchObject({ scope: 'tool pay', committed: '0.2' });
  });
});

test('an agent that is stopped gives what it has, where it was told how', async () => {
  const { costspan, budgets, pay } = setUp({ hard: '0.25' });
  const found: string[] = [];
  const result = await costspan.workItem.run({ ...item, budgets }, (run) =>
    run.agent({ name: 'payer', onStop: ({ code }) => ({ found, why: String(code) }) }, async () => {
      for (const step of ['one', 'two', 'three', 'four']) {
        await pay();
        found.push(step);
      }
      return { found, why: 'done' };
    }),
  );
  expect(result).toEqual({ found: ['one', 'two'], why: 'budget-exceeded' });
});

test('an error of the agent itself stays as it is', async () => {
  const { costspan } = setUp();
  const own = new Error('mine');
  const run = (fail: (costspan: Costspan) => Promise<unknown>): Promise<unknown> => fail(measured.costspan);
  await expect(
    run(() =>
      costspan.workItem.run(item, (ref) =>
        ref.agent({ name: 'a', onStop: () => 'stopped' }, () => {
          throw own;
        }),
      ),
    ),
  ).rejects.toBe(own);
});
