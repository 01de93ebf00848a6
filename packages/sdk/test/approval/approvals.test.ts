import { describe, expect, test, vi } from 'vitest';
import {
  type ApprovalRequest,
  ApprovalRequiredError,
  type BudgetInit,
  type CostspanOptions,
  type DecidedApproval,
} from '../../src/index.ts';
import { decisionsOf } from '../support/decisions.ts';
import { measure, pick } from '../support/measure.ts';

const key = 'a-key-of-all-processes';
const item = { type: 'claim', id: 'C-7', tenant: 'acme' };

/** A process of an agent, with a tool that costs a dollar a call and a gate at one dollar. */
const setUp = (init: Partial<BudgetInit> = {}, options: CostspanOptions = {}) => {
  const measured = measure({ handoffKey: key, ...options });
  const { costspan } = measured;
  const asked: ApprovalRequest[] = [];
  const budget = costspan.budget({
    per: 'item',
    currency: 'USD',
    gate: '1.00',
    hard: '3.00',
    approval: { role: 'team-lead', timeoutMs: 60_000 },
    onGate: (request) => asked.push(request),
    ...init,
  });
  const pay = costspan.tool('pay', async () => 'paid', { cost: { amount: '1.00', currency: 'USD' } });
  const work = async (calls: number, id = 'C-7'): Promise<void> =>
    costspan.workItem.run({ ...item, id, budgets: [budget] }, async () => {
      for (let at = 0; at < calls; at += 1) await pay();
    });
  return { ...measured, asked, work };
};

/** The request a piece of work is stopped with. */
const requestOf = async (work: Promise<unknown>): Promise<ApprovalRequest> => {
  const error = await work.then(
    () => undefined,
    (found: unknown) => found,
  );
  const found = ApprovalRequiredError.find(error);
  if (found === undefined) throw new Error(`expected an ApprovalRequiredError, found ${String(error)}`);
  // It goes through a queue, a chat or a form on its way.
  return JSON.parse(JSON.stringify(found.request));
};

test('a gate asks once, whoever stands before it, and opens when it is granted', async () => {
  const { work, asked, costspan, spans } = setUp();
  const request = await requestOf(work(2));
  expect(request).toMatchObject({
    budget: 'per-item',
    scope: 'item',
    item: { tenant: 'acme', type: 'claim', id: 'C-7' },
    role: 'team-lead',
    currency: 'USD',
    committed: '1',
    reserved: '0',
    wanted: '1',
    gate: '1',
    hard: '3',
  });
  const others = await Promise.all([requestOf(work(1)), requestOf(work(1))]);
  expect(others.map(({ id }) => id)).toEqual([request.id, request.id]);
  expect(asked.map(({ id }) => id)).toEqual([request.id]);

  const decided = await costspan.approval.grant(request.token, { touch: { minutes: 2 } });
  expect(decided).toMatchObject({ id: request.id, decision: 'granted', applied: true, charged: true });
  await work(2);
  await expect(work(1)).rejects.toMatchObject({ code: 'budget-exceeded', stop: { reason: 'money' } });

  const found = await spans();
  const people = found.filter(({ attributes }) => attributes['costspan.role'] === 'handoff');
  const fields = [
    'costspan.handoff.state',
    'costspan.human.role',
    'costspan.human.touch_ms',
    'costspan.human.decision',
    'costspan.work_item.id',
  ];
  expect(people.map((span) => pick(span, ...fields))).toEqual([
    { 'costspan.handoff.state': 'open', 'costspan.human.role': 'team-lead', 'costspan.work_item.id': 'C-7' },
    {
      'costspan.handoff.state': 'completed',
      'costspan.human.role': 'team-lead',
      'costspan.human.touch_ms': 120_000,
      'costspan.human.decision': 'granted',
      'costspan.work_item.id': 'C-7',
    },
  ]);
  expect(decisionsOf(found).filter((line) => /^(gate|grant|stop)/.test(line))).toEqual([
    'gate item 1 1 0',
    'grant item',
    'stop item 1 3 0 money',
  ]);
});

test('a grant up to an amount asks again there', async () => {
  const { work, asked, costspan } = setUp();
  const first = await requestOf(work(2));
  await costspan.approval.grant(first.token, { upTo: '2.00' });
  await work(1);
  const second = await requestOf(work(1));
  expect(second.id).not.toBe(first.id);
  expect(asked).toHaveLength(2);
});

test('what was denied stays denied, and what fits below the gate goes on', async () => {
  const { work, costspan } = setUp();
  const request = await requestOf(work(2));
  await costspan.approval.deny(request.token);
  await expect(work(1)).rejects.toMatchObject({ stop: { reason: 'denied' } });
  await work(1, 'C-8');
  await expect(costspan.approval.grant(request.token)).rejects.toMatchObject({ code: 'approval-decided' });
});

describe('waiting', () => {
  test('ends with the decision', async () => {
    const { work, costspan } = setUp();
    const request = await requestOf(work(2));
    const waiting = costspan.approval.wait(request);
    await costspan.approval.grant(request.token);
    expect(await waiting).toBe('granted');
    const other = await requestOf(work(9, 'C-8'));
    await costspan.approval.deny(other.token);
    expect(await costspan.approval.wait(other)).toBe('denied');
  });

  test('nobody in time is a denial', async () => {
    const { work, costspan } = setUp({ approval: { timeoutMs: 30 } });
    const request = await requestOf(work(2));
    expect(await costspan.approval.wait(request)).toBe('timeout');
    await expect(work(1)).rejects.toMatchObject({ stop: { reason: 'approval-timeout' } });
    await expect(costspan.approval.grant(request.token)).rejects.toMatchObject({ code: 'approval-token-expired' });
  });

  test('can be given up', async () => {
    const { work, costspan } = setUp();
    const request = await requestOf(work(2));
    const given = new AbortController();
    const waiting = costspan.approval.wait(request, { signal: given.signal });
    given.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
  });
});

describe('from another process', () => {
  test('the decision comes back as a receipt, applies once however often, and is charged once', async () => {
    const agent = setUp();
    const request = await requestOf(agent.work(2));
    const webhook = measure({ handoffKey: key });
    const decided = await webhook.costspan.approval.grant(request.token, { touch: { minutes: 1 } });
    expect(decided).toMatchObject({ applied: false, charged: true });
    expect(await webhook.costspan.approval.grant(request.token)).toMatchObject({ charged: false });
    expect(await webhook.ofRole('handoff')).toHaveLength(1);

    await agent.costspan.approval.apply(decided.receipt);
    await agent.costspan.approval.apply(decided.receipt);
    await agent.work(2);
  });

  test('two processes that decide make one span', async () => {
    const request = await requestOf(setUp().work(2));
    const ids = [];
    for (const _ of [1, 2]) {
      const webhook = measure({ handoffKey: key });
      await webhook.costspan.approval.grant(request.token);
      const [span] = await webhook.ofRole('handoff');
      ids.push([span?.spanContext().traceId, span?.spanContext().spanId]);
    }
    expect(ids[0]).toEqual(ids[1]);
  });
});

describe('a token', () => {
  const changed = (token: string): string => {
    const [kind, payload = '', signature] = token.split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
    const forged = { ...claims, account: claims.account.replace('acme', 'evil'), item: { ...claims.item, tenant: 'evil' } };
    return [kind, Buffer.from(JSON.stringify(forged)).toString('base64url'), signature].join('.');
  };

  test.each<[string, (token: string) => string, CostspanOptions, object, string]>([
    ['is cut short', (token) => token.slice(0, -1), {}, {}, 'approval-token-corrupt'],
    ['is no token', () => 'yes', {}, {}, 'approval-token-corrupt'],
    ['is changed for another tenant', changed, {}, {}, 'approval-token-forged'],
    ['is signed with another key', (token) => token, { handoffKey: 'another-key-than-theirs' }, {}, 'approval-token-forged'],
    ['is used by another tenant', (token) => token, {}, { tenant: 'evil' }, 'approval-tenant'],
    ['is used in the service of another tenant', (token) => token, { tenant: 'evil' }, {}, 'approval-tenant'],
  ])('that %s is refused, and changes nothing', async (_, change, options, decision, code) => {
    const { work, costspan } = setUp();
    const request = await requestOf(work(2));
    const other =
      options.handoffKey === undefined && options.tenant === undefined
        ? costspan
        : measure({ handoffKey: key, ...options }).costspan;
    await expect(other.approval.grant(change(request.token), decision)).rejects.toMatchObject({ code });
    expect((await requestOf(work(1))).id).toBe(request.id);
  });

  test('of a handoff is none of an approval, nor a receipt, nor the other way round', async () => {
    const { work, costspan } = setUp();
    const request = await requestOf(work(2));
    const handoff = await costspan.workItem.run(item, (run) => run.handoff({ role: 'reviewer' }));
    await expect(costspan.approval.grant(handoff.token)).rejects.toMatchObject({ code: 'approval-token-corrupt' });
    await expect(costspan.handoff.complete(request.token)).rejects.toMatchObject({ code: 'handoff-token-corrupt' });
    await expect(costspan.approval.apply(request.token)).rejects.toMatchObject({ code: 'approval-token-corrupt' });
    const { receipt }: DecidedApproval = await costspan.approval.grant(request.token);
    await expect(costspan.approval.grant(receipt)).rejects.toMatchObject({ code: 'approval-token-corrupt' });
  });

  test('that was used cannot open the gate again', async () => {
    const { work, costspan } = setUp();
    const first = await requestOf(work(2));
    await costspan.approval.grant(first.token, { upTo: '2.00' });
    await work(1);
    const second = await requestOf(work(1));
    // Not decided again: the gate waits for the second request.
    await expect(costspan.approval.grant(first.token).then(() => requestOf(work(1)))).resolves.toMatchObject({ id: second.id });
  });
});

test.each<[string, object, string]>([
  ['negative minutes', { touch: { minutes: -1 } }, 'approval.grant: touch.minutes: expected a time from 0'],
  ['an amount that is a float', { upTo: 2.5 }, 'approval.grant: upTo: expected decimal text'],
  ['a negative amount', { upTo: '-1' }, 'approval.grant: upTo: expected decimal text'],
  ['an unknown field', { until: '2' }, 'approval.grant: until: unknown field'],
])('%s are refused and change nothing', async (_, decision, message) => {
  const { work, costspan } = setUp();
  const request = await requestOf(work(2));
  await expect(costspan.approval.grant(request.token, decision)).rejects.toThrow(message);
  expect((await requestOf(work(1))).id).toBe(request.id);
});

test('a gate in time asks like one in money', async () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  try {
    const { costspan, asked } = setUp();
    const budget = costspan.budget({
      per: 'item',
      name: 'timed',
      currency: 'USD',
      time: { gateMs: 1_000 },
      onGate: (request) => asked.push(request),
    });
    const pay = costspan.tool('pay', async () => 'paid', { cost: { amount: '1', currency: 'USD' } });
    await costspan.workItem.run({ ...item, budgets: [budget] }, async () => {
      await pay();
      vi.advanceTimersByTime(1_001);
      const request = await requestOf(pay());
      expect(request).toMatchObject({ elapsedMs: 1_001, gateMs: 1_000 });
      expect(asked).toHaveLength(1);
      await costspan.approval.grant(request.token);
      await pay();
    });
  } finally {
    vi.useRealTimers();
  }
});
