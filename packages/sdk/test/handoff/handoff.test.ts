import { trace } from '@opentelemetry/api';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createCostspan, type HandoffCompletion } from '../../src/index.ts';
import { type Measured, measure, pick } from '../support/measure.ts';

afterEach(() => {
  vi.useRealTimers();
});

const KEY = 'a key of sixteen characters';

const open = async (measured: Measured = measure({ handoffKey: KEY })): Promise<string> => {
  const { workItem } = measured.costspan;
  const { token } = await workItem.run({ type: 'claim', id: 'C-7', tenant: 'acme', dimensions: { team: 'claims' } }, (item) =>
    item.handoff({ role: 'claims-reviewer', reason: 'over-limit' }),
  );
  return token;
};

const complete = async (completion: HandoffCompletion): Promise<Readonly<Record<string, unknown>>> => {
  const measured = measure({ handoffKey: KEY });
  await measured.costspan.handoff.complete(await open(measured), completion);
  const completed = (await measured.ofRole('handoff')).find(
    ({ attributes }) => attributes['costspan.handoff.state'] === 'completed',
  );
  return pick(completed, 'costspan.human.touch_ms', 'costspan.human.touch_source', 'costspan.human.decision');
};

test('opens with a span of the item, and completes with one in another process, in the same trace', async () => {
  const agent = measure({ handoffKey: KEY });
  const token = await open(agent);
  const [opened] = await agent.ofRole('handoff');
  expect(opened?.name).toBe('handoff claims-reviewer');
  expect({ ...opened?.attributes }).toEqual({
    'costspan.role': 'handoff',
    'costspan.category': 'human',
    'costspan.handoff.id': expect.stringMatching(/^[0-9a-f-]{36}$/),
    'costspan.handoff.state': 'open',
    'costspan.handoff.expires_at_ms': expect.any(Number),
    'costspan.handoff.reason': 'over-limit',
    'costspan.human.role': 'claims-reviewer',
    'costspan.work_item.type': 'claim',
    'costspan.work_item.id': 'C-7',
    'costspan.work_item.tenant': 'acme',
    'costspan.dimension.team': 'claims',
  });

  const desk = measure({ handoffKey: KEY });
  const result = await desk.costspan.handoff.complete(token, {
    touch: { minutes: 7.5 },
    decision: 'approved',
    idempotencyKey: 'e-1',
  });
  expect(result).toEqual({
    id: opened?.attributes['costspan.handoff.id'],
    item: { tenant: 'acme', type: 'claim', id: 'C-7' },
    charged: true,
  });
  const [completed, ...others] = await desk.spans();
  expect(others).toEqual([]);
  const waitMs = completed?.attributes['costspan.human.wait_ms'];
  const { 'costspan.handoff.expires_at_ms': _, ...kept } = opened?.attributes ?? {};
  expect(completed?.attributes).toEqual({
    ...kept,
    'costspan.handoff.state': 'completed',
    'costspan.human.touch_ms': 450_000,
    'costspan.human.touch_source': 'declared',
    'costspan.human.decision': 'approved',
    'costspan.human.wait_ms': waitMs,
  });
  // Opened a moment ago: all of the time that passed was touch time.
  expect(waitMs).toBe(0);
  expect(completed?.parentSpanContext?.spanId).toBe(opened?.spanContext().spanId);
  expect(completed?.spanContext().traceId).toBe(opened?.spanContext().traceId);
});

test('wait time is the time that passed, less the touch time', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-01-01T12:00:00Z') });
  const measured = measure({ handoffKey: KEY });
  const token = await open(measured);
  vi.setSystemTime(new Date('2026-01-01T13:00:00Z'));
  await measured.costspan.handoff.complete(token, { touch: { minutes: 10 } });
  expect((await measured.ofRole('handoff'))[1]?.attributes['costspan.human.wait_ms']).toBe(50 * 60_000);
});

test.each<[string, HandoffCompletion, object]>([
  ['minutes', { touch: { minutes: 0.1 } }, { 'costspan.human.touch_ms': 6_000, 'costspan.human.touch_source': 'declared' }],
  ['milliseconds', { touch: { ms: 1_234 } }, { 'costspan.human.touch_ms': 1_234, 'costspan.human.touch_source': 'declared' }],
  ['no time at all', { touch: { minutes: 0 } }, { 'costspan.human.touch_ms': 0, 'costspan.human.touch_source': 'declared' }],
  [
    'a measured time',
    { touch: { measured: { startedAt: new Date(1_000), endedAt: 91_000 } } },
    { 'costspan.human.touch_ms': 90_000, 'costspan.human.touch_source': 'measured' },
  ],
  ['nothing', { decision: 'denied' }, { 'costspan.human.touch_source': 'default', 'costspan.human.decision': 'denied' }],
])('touch time from %s', async (_, completion, attributes) => {
  expect(await complete(completion)).toEqual(attributes);
});

describe('charged once', () => {
  test('when one process completes twice', async () => {
    const measured = measure({ handoffKey: KEY });
    const token = await open(measured);
    const { handoff } = measured.costspan;
    expect(await handoff.complete(token, { touch: { minutes: 5 }, idempotencyKey: 'e-1' })).toMatchObject({ charged: true });
    expect(await handoff.complete(token, { touch: { minutes: 9 }, idempotencyKey: 'e-1' })).toMatchObject({ charged: false });
    expect(await measured.ofRole('handoff')).toHaveLength(2);
  });

  test('when two processes complete, by one span identity', async () => {
    const token = await open();
    const identities = [];
    for (const minutes of [5, 9]) {
      const desk = measure({ handoffKey: KEY });
      await desk.costspan.handoff.complete(token, { touch: { minutes } });
      identities.push((await desk.spans()).map((span) => [span.spanContext().traceId, span.spanContext().spanId]));
    }
    expect(identities[0]).toEqual(identities[1]);
    expect(identities[0]).toHaveLength(1);
  });

  test('and two handoffs of one item are two', async () => {
    const measured = measure({ handoffKey: KEY });
    for (const token of [await open(measured), await open(measured)])
      await measured.costspan.handoff.complete(token, { touch: { minutes: 1 } });
    const completed = (await measured.ofRole('handoff')).filter(
      ({ attributes }) => attributes['costspan.handoff.state'] === 'completed',
    );
    expect(new Set(completed.map((span) => span.spanContext().spanId)).size).toBe(2);
  });
});

describe('a token that cannot be used', () => {
  const parts = (token: string): string[] => token.split('.');
  const swap = (text: string): string => (text.startsWith('A') ? 'B' : 'A') + text.slice(1);
  const forgedPayload = (token: string): string => {
    const [prefix, payload = '', signature] = parts(token);
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as { item: { id: string } };
    claims.item.id = 'C-8';
    return [prefix, Buffer.from(JSON.stringify(claims)).toString('base64url'), signature].join('.');
  };

  test.each<[string, (token: string) => unknown, string]>([
    ['cut short', (token) => token.slice(0, -3), 'handoff-token-corrupt'],
    ['empty', () => '', 'handoff-token-corrupt'],
    ['not even text', () => undefined, 'handoff-token-corrupt'],
    ['another kind of token', () => 'eyJhbGciOiJIUzI1NiJ9.e30.x', 'handoff-token-corrupt'],
    ['far too long', (token) => token + 'A'.repeat(9_000), 'handoff-token-corrupt'],
    [
      'with another signature',
      (token) => [...parts(token).slice(0, 2), swap(parts(token)[2] ?? '')].join('.'),
      'handoff-token-forged',
    ],
    ['with another item', forgedPayload, 'handoff-token-forged'],
  ])('%s is refused', async (_, change, code) => {
    const { costspan, spans } = measure({ handoffKey: KEY });
    const token = change(await open());
    await expect(costspan.handoff.complete(token as string, { touch: { minutes: 1 } })).rejects.toMatchObject({
      name: 'CostspanError',
      code,
    });
    expect(await spans()).toEqual([]);
  });

  test('signed with another key is refused, and with an older key accepted', async () => {
    const token = await open();
    const other = measure({ handoffKey: 'another key of enough characters' });
    await expect(other.costspan.handoff.complete(token)).rejects.toMatchObject({ code: 'handoff-token-forged' });
    const rotated = measure({ handoffKey: ['another key of enough characters', KEY] });
    expect(await rotated.costspan.handoff.complete(token)).toMatchObject({ charged: true });
  });

  test('expired is refused, with the time it was valid until', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-01-01T12:00:00Z') });
    const token = await open(measure({ handoffKey: KEY, handoffTtlMs: 60_000 }));
    const { handoff } = measure({ handoffKey: KEY }).costspan;
    vi.setSystemTime(new Date('2026-01-01T12:01:00Z'));
    await expect(handoff.complete(token)).rejects.toThrow(
      'handoff.complete: token: the token was valid until 2026-01-01T12:01:00.000Z; hand the work item off again, or set a longer handoffTtlMs',
    );
    vi.setSystemTime(new Date('2026-01-01T12:00:59.999Z'));
    expect(await handoff.complete(token, { touch: { ms: 9_999 } })).toMatchObject({ charged: true });
  });

  test('says the item and the role to who reads it, but cannot be changed', async () => {
    const [, payload = ''] = parts(await open());
    expect(JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'))).toMatchObject({
      role: 'claims-reviewer',
      item: { id: 'C-7' },
    });
  });
});

test.each<[string, unknown]>([
  ['negative minutes', { minutes: -1 }],
  ['minutes that are no number', { minutes: Number.NaN }],
  ['text', { minutes: '7' }],
  ['an end before the start', { measured: { startedAt: 2, endedAt: 1 } }],
  ['more than a month', { minutes: 50_000 }],
  ['an unknown form', { hours: 1 }],
  ['nothing usable', 7],
])('touch time refused: %s; nothing is charged, and the token still works', async (_, touch) => {
  const measured = measure({ handoffKey: KEY });
  const token = await open(measured);
  await expect(measured.costspan.handoff.complete(token, { touch } as HandoffCompletion)).rejects.toMatchObject({
    code: 'handoff-touch-invalid',
  });
  expect(await measured.ofRole('handoff')).toHaveLength(1);
  expect(await measured.costspan.handoff.complete(token, { touch: { minutes: 1 } })).toMatchObject({ charged: true });
});

test.each<[string, object, string]>([
  ['a field nobody knows', { tuch: { minutes: 5 } }, 'handoff.complete: tuch: unknown field; known fields are touch, decision, '],
  [
    'a unit nobody knows',
    { touch: { hours: 5 } },
    'handoff.complete: touch: expected { minutes }, { ms } or { measured }, found none of them; ',
  ],
  [
    'dates that are none',
    { touch: { measured: { startedAt: 'yesterday', endedAt: new Date() } } },
    'handoff.complete: touch.measured: expected { startedAt, endedAt }, each a Date or milliseconds, found none; ',
  ],
])('%s is not taken for a time that was not told', async (_, completion, message) => {
  const { costspan, spans } = measure({ handoffKey: KEY });
  await expect(costspan.handoff.complete(await open(), completion as never)).rejects.toThrow(message);
  expect(await spans()).toEqual([]);
});

test('a role is needed to hand something off', async () => {
  const { costspan } = measure({ handoffKey: KEY });
  const item = costspan.workItem.ref({ type: 'claim', id: 'C-1' });
  await expect(item.handoff({ role: '' })).rejects.toThrow(
    'item.handoff: role: expected a string of 1 to 256 bytes, found an empty string',
  );
});

test('completed where nothing is traced it is not charged, says so, and can be completed again', async () => {
  const token = await open();
  const { costspan } = measure({ handoffKey: KEY, onMisuse: 'warn' });
  trace.disable();
  expect(await costspan.handoff.complete(token, { touch: { minutes: 1 } })).toMatchObject({ charged: false });
  const traced = measure({ handoffKey: KEY });
  expect(await traced.costspan.handoff.complete(token, { touch: { minutes: 1 } })).toMatchObject({ charged: true });
});

test('opened without any tracing it is still one span to the ledger', async () => {
  trace.disable();
  const untraced = createCostspan({ handoffKey: KEY });
  const { token } = await untraced.workItem.ref({ type: 'claim', id: 'C-1' }).handoff({ role: 'clerk' });
  const identities = [];
  for (const minutes of [1, 2]) {
    const desk = measure({ handoffKey: KEY });
    await desk.costspan.handoff.complete(token, { touch: { minutes } });
    const [span] = await desk.spans();
    identities.push([span?.spanContext().traceId, span?.spanContext().spanId]);
  }
  expect(identities[0]).toEqual(identities[1]);
});
