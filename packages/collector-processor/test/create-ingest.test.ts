import type { SpanFact } from '@costspan/ledger';
import { describe, expect, test } from 'vitest';
import { createIngest, type IngestOptions } from '../src/create-ingest.ts';
import type { Delivery } from '../src/delivery.ts';
import type { FanOut } from '../src/exporters/fan-out.ts';
import { packFacts } from '../src/facts/pack-facts.ts';
import type { Encoding, IngestRequest } from '../src/ingest.ts';
import { silentLogger } from '../src/logger.ts';
import type { Signal } from '../src/otlp/codec.ts';
import type { Meter } from '../src/stages/meter.ts';
import { createTurns } from '../src/turns.ts';
import { steppingClock } from './stepping-clock.ts';

const accepted: Delivery = { kind: 'accepted' };
const busy: Delivery = { kind: 'retryable', message: 'busy', retryAfterMs: 7_000 };
const fact: SpanFact = {
  tenant: 't',
  traceId: 'a'.repeat(32),
  spanId: 'b'.repeat(16),
  parentSpanId: '',
  name: 'n',
  startNs: 1n,
  endNs: 2n,
};
const metered: Exclude<ReturnType<Meter>, { kind: 'rejected' }> = {
  kind: 'metered',
  body: Buffer.from('priced'),
  facts: packFacts([fact]),
  spanCount: 3,
  pricedSpanCount: 2,
  sampledSpanCount: 0,
  unpriced: { 'model-unknown': 1 },
  unknownScopes: [],
  invalidUtf8Count: 0,
};

type Given = {
  readonly meter?: Meter;
  readonly delivery?: Delivery;
  readonly commitFails?: boolean;
  readonly hasDestinations?: boolean;
  readonly hasQueues?: boolean;
  readonly withoutLedger?: boolean;
  readonly usageInLogs?: boolean;
};

/** An ingest over hand-made neighbours, and the order of what it did. */
function ingestWith(given: Given = {}) {
  const steps: string[] = [];
  const givenBack: string[] = [];
  const fanOutOf = (signal: Signal): FanOut => ({
    deliver: async ({ body }) => {
      steps.push(`deliver ${signal} ${Buffer.from(body).toString()}`);
      return given.delivery ?? accepted;
    },
    pass: ({ body }) => steps.push(`pass ${signal} ${Buffer.from(body).toString()}`),
    hasDestinations: given.hasDestinations ?? true,
    hasQueues: given.hasQueues ?? false,
  });
  const options: IngestOptions = {
    meterOf: () =>
      function* (body, sender) {
        yield;
        return given.meter?.(body, sender) ?? metered;
      },
    fanOuts: { traces: fanOutOf('traces'), logs: fanOutOf('logs'), metrics: fanOutOf('metrics') },
    toProtobuf: (_, body) =>
      body.length === 0
        ? { kind: 'invalid', where: 'resourceSpans[0]', problem: 'expected an object' }
        : { kind: 'ok', body: Buffer.from(`protobuf of ${Buffer.from(body).toString()}`) },
    validate: (_, body) =>
      Buffer.from(body).toString() === 'bad'
        ? { kind: 'invalid', where: 'request', problem: 'cut off', offset: 3 }
        : { kind: 'ok', itemCount: 4, invalidUtf8Count: 0 },
    metrics: {
      spansAccepted: (spans, priced, unpriced) => steps.push(`accepted ${spans} ${priced} ${JSON.stringify(unpriced)}`),
      unknownDialect: ({ name }) => steps.push(`unknown ${name}`),
      sampledInput: (spans) => steps.push(`sampled ${spans}`),
      invalidUtf8: (texts) => steps.push(`invalid UTF-8 ${texts}`),
      discarded: (signal, items) => steps.push(`discarded ${signal} ${items}`),
      committed: (facts) => steps.push(`committed ${facts}`),
    },
    logger: { ...silentLogger, warn: (message) => steps.push(`warned: ${message.slice(0, 25)}`) },
    clock: steppingClock(),
    turns: createTurns(),
    giveBack: (bytes) => givenBack.push(Buffer.from(bytes).toString()),
    ...(given.usageInLogs === true && {
      meterLogsOf: () => () => ({ facts: packFacts([fact]), pricedCount: 1, unpriced: {} }),
    }),
    ...(given.withoutLedger === true
      ? {}
      : {
          ledger: {
            commit: async (facts) => {
              if (given.commitFails === true) throw new Error('disk full');
              steps.push(`commit ${facts.spanCount}`);
            },
          },
        }),
  };
  const ingest = createIngest(options);
  const request = (signal: Signal, body: string, encoding: Encoding = 'protobuf'): IngestRequest => ({
    signal,
    encoding,
    body: Buffer.from(body),
    sender: {},
    abort: new AbortController().signal,
  });
  return { steps, givenBack, send: (...parts: Parameters<typeof request>) => ingest(request(...parts)) };
}

test('spans of sampled traces are counted once they are accepted, and warned of once', async () => {
  const meter: Meter = () => ({ ...metered, sampledSpanCount: 2 });
  const { send, steps } = ingestWith({ meter, withoutLedger: true });
  await send('traces', 'spans');
  expect(steps.slice(2)).toEqual(['sampled 2', 'warned: spans of sampled traces a', 'accepted 3 2 {"model-unknown":1}']);
  await send('traces', 'more');
  expect(steps.slice(7)).toEqual(['sampled 2', 'accepted 3 2 {"model-unknown":1}']);
  const refused = ingestWith({ meter, delivery: busy });
  await refused.send('traces', 'spans');
  expect(refused.steps).toEqual(['deliver traces priced']);
});

describe('memory', () => {
  test('of a request and of what was sent on for it is given back once it is accepted', async () => {
    const { send, givenBack } = ingestWith();
    await send('traces', 'spans');
    await send('metrics', 'points', 'json');
    expect(givenBack).toEqual(['priced', 'spans', 'spans', 'points', 'protobuf of points']);
  });

  test.each<[string, Given]>([
    ['a queue will read it', { hasQueues: true }],
    ['a destination may still read it', { delivery: busy }],
  ])('is not given back while %s', async (_, given) => {
    const { send, givenBack } = ingestWith(given);
    await send('traces', 'spans');
    await send('logs', 'records');
    expect(givenBack).toEqual([]);
  });

  test('of a request that the ledger could not take is not given back', async () => {
    const { send, givenBack } = ingestWith({ commitFails: true });
    await send('traces', 'spans');
    expect(givenBack).toEqual([]);
  });
});

describe('OTLP-39 traces', () => {
  test('are forwarded, then committed, then accepted; other destinations come last', async () => {
    const { send, steps } = ingestWith();
    expect(await send('traces', 'spans')).toEqual(accepted);
    expect(steps).toEqual([
      'deliver traces priced',
      'commit 1',
      'committed 1',
      'pass traces priced',
      'accepted 3 2 {"model-unknown":1}',
    ]);
  });

  test.each<[string, Delivery]>([
    ['transient', busy],
    ['final', { kind: 'rejected', reason: 'forbidden', message: 'no' }],
  ])(
    'OTLP-38 a %s failure of a required destination goes back to the sender, and the ledger knows nothing of it',
    async (_, delivery) => {
      const { send, steps } = ingestWith({ delivery });
      expect(await send('traces', 'spans')).toEqual(delivery);
      expect(steps).toEqual(['deliver traces priced']);
    },
  );

  test('a ledger that cannot take them makes the sender come back, and nobody else gets them', async () => {
    const { send, steps } = ingestWith({ commitFails: true });
    expect(await send('traces', 'spans')).toEqual({
      kind: 'retryable',
      message: 'the ledger cannot take it now; send it again after the delay',
      retryAfterMs: 1_000,
    });
    expect(steps).toEqual(['deliver traces priced']);
  });

  test('OTLP-23 a partial success is told, and what was rejected downstream still cost what it cost', async () => {
    const partly: Delivery = { kind: 'accepted', partial: { rejectedCount: 1, message: 'too old' } };
    const { send, steps } = ingestWith({ delivery: partly });
    expect(await send('traces', 'spans')).toEqual(partly);
    expect(steps).toContain('commit 1');
  });

  test('OTLP-27 what the meter refuses goes nowhere', async () => {
    const refusal: Delivery & { kind: 'rejected' } = { kind: 'rejected', reason: 'invalid', message: 'request: cut off' };
    const { send, steps } = ingestWith({ meter: () => refusal });
    expect(await send('traces', 'spans')).toEqual(refusal);
    expect(steps).toEqual([]);
  });

  test('OTLP-21 OTLP-22 a request without anything in it is accepted and goes nowhere', async () => {
    const { send, steps } = ingestWith({
      meter: () => ({ ...metered, body: Buffer.alloc(0), spanCount: 0, facts: packFacts([]) }),
    });
    expect(await send('traces', '')).toEqual(accepted);
    expect(steps).toEqual([]);
  });

  test('OTLP-60 texts that are not UTF-8 are counted, not refused', async () => {
    const { send, steps } = ingestWith({ meter: () => ({ ...metered, invalidUtf8Count: 2 }) });
    expect(await send('traces', 'spans')).toEqual(accepted);
    expect(steps).toContain('invalid UTF-8 2');
  });

  test('are forwarded alone where the ledger is off', async () => {
    const { send, steps } = ingestWith({ withoutLedger: true });
    expect(await send('traces', 'spans')).toEqual(accepted);
    expect(steps).toEqual(['deliver traces priced', 'pass traces priced', 'accepted 3 2 {"model-unknown":1}']);
  });
});

test('OTLP-28 JSON that is not OTLP is refused with the place', async () => {
  const { send, steps } = ingestWith();
  expect(await send('traces', '', 'json')).toEqual({
    kind: 'rejected',
    reason: 'invalid',
    message: 'not OTLP: resourceSpans[0]: expected an object',
  });
  expect(steps).toEqual([]);
});

describe('logs that tell usage', () => {
  test('go on as they came, and what they tell is committed before they are accepted', async () => {
    const { send, steps } = ingestWith({ usageInLogs: true });
    expect(await send('logs', 'events')).toEqual(accepted);
    expect(steps).toEqual(['deliver logs events', 'pass logs events', 'commit 1', 'committed 1', 'accepted 0 1 {}']);
  });

  test('are read although no destination wants them', async () => {
    const { send, steps } = ingestWith({ usageInLogs: true, hasDestinations: false });
    expect(await send('logs', 'events')).toEqual(accepted);
    expect(steps).toEqual(['discarded logs 4', 'commit 1', 'committed 1', 'accepted 0 1 {}']);
  });

  test('are not committed when they were not forwarded', async () => {
    const { send, steps } = ingestWith({ usageInLogs: true, delivery: busy });
    expect(await send('logs', 'events')).toEqual(busy);
    expect(steps).toEqual(['deliver logs events']);
  });

  test('make the sender come back when the ledger cannot take them', async () => {
    const { send } = ingestWith({ usageInLogs: true, commitFails: true });
    expect(await send('logs', 'events')).toMatchObject({ kind: 'retryable' });
  });
});

describe.each(['logs', 'metrics'] as const)('%s', (signal) => {
  test('OTLP-62 pass through as they came', async () => {
    const { send, steps } = ingestWith();
    expect(await send(signal, 'bytes')).toEqual(accepted);
    expect(steps).toEqual([`deliver ${signal} bytes`, `pass ${signal} bytes`]);
  });

  test('are transcoded from JSON', async () => {
    const { send, steps } = ingestWith();
    await send(signal, '{}', 'json');
    expect(steps[0]).toBe(`deliver ${signal} protobuf of {}`);
  });

  test('without a destination are accepted, dropped and counted', async () => {
    const { send, steps } = ingestWith({ hasDestinations: false });
    expect(await send(signal, 'bytes')).toEqual(accepted);
    expect(steps).toEqual([`discarded ${signal} 4`]);
  });

  test.each([true, false])('OTLP-27 that are not OTLP are refused (destinations: %j)', async (hasDestinations) => {
    const { send, steps } = ingestWith({ hasDestinations });
    expect(await send(signal, 'bad')).toEqual({
      kind: 'rejected',
      reason: 'invalid',
      message: 'not OTLP: request (byte 3): cut off',
    });
    expect(steps).toEqual([]);
  });

  test('OTLP-38 a destination that is busy makes the sender come back', async () => {
    const { send, steps } = ingestWith({ delivery: busy });
    expect(await send(signal, 'bytes')).toEqual(busy);
    expect(steps).toEqual([`deliver ${signal} bytes`]);
  });
});
