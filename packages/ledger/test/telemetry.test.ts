import { formatPico, parseTelemetryPrices } from '@costspan/pricing';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalText, contributionsOf, decideTrace, type SpanFact, type TraceDecision } from '../src/index.ts';
import { entryIdOf, fact, facts, hex, noonNs, secondNs } from './support/facts.ts';
import { anyTrace } from './support/random-facts.ts';

const decide = (some: Iterable<SpanFact>, more: object = {}): TraceDecision =>
  decideTrace(some, { currency: 'USD', entryIdOf, ...more });

/** Whose telemetry cost what: `ticket T-1: 0.1 for 2 spans`. */
const telemetryOf = ({ spans }: TraceDecision): readonly string[] =>
  spans
    .filter(({ fact: { observation } }) => observation.role === 'telemetry')
    .map(({ fact: { observation }, booking }) => {
      const owner = booking.item === undefined ? booking.unattributedReason : `${booking.item.type} ${booking.item.id}`;
      return `${owner}: ${formatPico(booking.amountPico)} for ${observation.usage.telemetry_spans} spans`;
    });

const ticket = facts(`
  span | parent | item       | cost | bytes  | start | end
  root |        | ticket T-1 |      | 1200   | 0     | 9
  llm  | root   |            | 0.18 | 3800   | 1     | 4
  http | llm    |            |      | 700    | 2     | 3
  sql  | root   |            |      | 300    | 5     | 6`);

describe('what the spans of an item cost as telemetry', () => {
  test('is their bytes and their number at the prices of their vendor, rounded once', () => {
    const { spans } = decide(ticket);
    const { fact: made, decision, booking } = spans.at(-1) ?? {};
    // 6,000 bytes at 0.10 a gigabyte and 4 spans at 2 a million.
    expect(made?.observation.receipt.lines.map(({ unit, quantity, cost }) => [unit, quantity, cost])).toEqual([
      ['telemetry_gb', '0.000006', '0.0000006'],
      ['telemetry_spans', '4', '0.000008'],
    ]);
    expect(formatPico(booking?.amountPico ?? 0n)).toBe('0.0000086');
    expect(made).toMatchObject({
      startNs: noonNs,
      endNs: noonNs + 9n * secondNs,
      observation: {
        category: 'observability',
        provider: 'vendor',
        model: 'traces',
        usage: { telemetry_gb: '0.000006', telemetry_spans: 4 },
        receipt: { status: 'estimated', reasons: ['telemetry-as-received'] },
        waste: false,
      },
    });
    expect(decision).toEqual({ item: { tenant: 'default', type: 'ticket', id: 'T-1' }, dimensions: {} });
    const [contribution] = contributionsOf(decide(ticket));
    expect(contribution?.tally.usage).toEqual({ requests: '1', telemetry_gb: '0.000006', telemetry_spans: '4' });
    expect(formatPico(contribution?.tally.categories.observability?.amountPico ?? 0n)).toBe('0.0000086');
  });

  test('is booked on its item, and on nobody for each reason there is', () => {
    const some = facts(`
      span  | parent | item         | bytes | perGigabyte
      one   |        | ticket T-1   | 1000  |
      under | one    |              | 1000  |
      two   |        | ticket T-2   | 4000  |
      alone |        |              | 500   |
      bad   |        | !id-too-long | 250   |`);
    expect(telemetryOf(decide(some))).toEqual([
      'ambiguous-trace: 0.00000205 for 1 spans',
      'id-too-long: 0.000002025 for 1 spans',
      'ticket T-1: 0.0000042 for 2 spans',
      'ticket T-2: 0.0000024 for 1 spans',
    ]);
  });

  test('moves with its spans when a late parent says whose they are', () => {
    const late = fact({ span: 'root', item: 'claim C-1', bytes: 100, start: 0 });
    const known = [
      fact({ span: 'step', parent: 'root', bytes: 1_000, start: 1 }),
      fact({ span: 'other', item: 'ticket T-1', bytes: 10_000, start: 2 }),
    ];
    expect(telemetryOf(decide(known))).toEqual(['ticket T-1: 0.0000051 for 2 spans']);
    expect(telemetryOf(decide([...known, late]))).toEqual([
      'claim C-1: 0.00000411 for 2 spans',
      'ticket T-1: 0.000003 for 1 spans',
    ]);
  });

  test('counts spans that bear no cost, sums and duplicates too, each of them once', () => {
    const some = facts(`
      span | parent | item       | cost | role      | call | scope | bytes
      sum  |        | ticket T-1 | 1    | aggregate |      |       | 1000
      one  | sum    | ticket T-1 | 1    | call      | r1   | sdk   | 1000
      same | sum    | ticket T-1 | 1    | call      | r1   | other | 1000
      link | one    |            |      |           |      |       | 1000`);
    expect(telemetryOf(decide([...some, ...some]))).toEqual(['ticket T-1: 0.0000084 for 4 spans']);
  });

  test('has the price of the instant when the first of its spans began', () => {
    const at = (span: string, start: number, perGigabyte: string): SpanFact =>
      fact({ span, item: 'ticket T-1', bytes: 1_000_000_000, start, perGigabyte });
    expect(telemetryOf(decide([at('late', 5, '0.45'), at('early', 1, '0.10')]))).toEqual(['ticket T-1: 0.200004 for 2 spans']);
    expect(telemetryOf(decide([at('a', 1, '0.45'), at('b', 1, '0.10')]))).toEqual(['ticket T-1: 0.900004 for 2 spans']);
  });

  test('is unpriced where there is no price, and in another currency', () => {
    const unpriced = decide([fact({ span: 'a', item: 'ticket T-1', bytes: 1, perGigabyte: '?' })]).spans[0]?.booking;
    expect(unpriced).toMatchObject({ status: 'unpriced', reasons: ['no-price'], amountPico: 0n });
    const foreign = decide([fact({ span: 'a', item: 'ticket T-1', bytes: 1 })], { currency: 'EUR' }).spans[0]?.booking;
    expect(foreign).toMatchObject({ status: 'unpriced', reasons: ['currency-differs'], amountPico: 0n });
  });

  test('is not booked where nobody measured, nor where entries that are no spans have no identity', () => {
    expect(telemetryOf(decide([fact({ span: 'a', item: 'ticket T-1', cost: '1' })]))).toEqual([]);
    expect(telemetryOf(decide(ticket, { entryIdOf: undefined }))).toEqual([]);
  });

  test('counts only those that were measured', () => {
    expect(telemetryOf(decide([...ticket, fact({ span: 'more', parent: 'root' })]))).toEqual([
      'ticket T-1: 0.0000086 for 4 spans',
    ]);
  });

  test('has the dimensions that the trace gives its item', () => {
    const some = [
      fact({ span: 'a', item: 'ticket T-1', bytes: 1, start: 1, dimensions: { team: 'support', region: 'eu' } }),
      fact({ span: 'b', item: 'ticket T-1', bytes: 1, start: 2, dimensions: { team: 'billing' } }),
    ];
    expect(decide(some).spans[0]?.decision.dimensions).toEqual({ region: 'eu', team: 'billing' });
  });
});

describe('an entry of telemetry', () => {
  const made = decide(ticket).spans.at(-1)?.fact as SpanFact;

  test('keeps its identity however much is added, and shares it with no span', () => {
    const more = decide([...ticket, fact({ span: 'more', parent: 'root', bytes: 9 })]).spans.at(-1)?.fact;
    expect(more?.observation?.entryId).toBe(made.observation?.entryId);
    expect(ticket.map(({ spanId }) => spanId)).not.toContain(made.spanId);
    expect(made.observation?.entryId).toBe(entryIdOf('default', hex('trace', 32), 'telemetry ["ticket","T-1"]'));
  });

  test('is no fact of a span: handed in again it changes nothing', () => {
    expect(decide([made, ...ticket])).toEqual(decide(ticket));
  });

  test('that was priced anew keeps those prices when spans are added', () => {
    const { observation } = made;
    if (observation === undefined) throw new Error('no observation');
    const prices = fact({ span: 'x', bytes: 1, perGigabyte: '0.45' }).telemetry?.prices ?? '';
    const repriced: SpanFact = {
      ...made,
      telemetry: { bytes: 6_000, prices },
      observation: { ...observation, repriced: { count: 1, reason: 'contract' } },
    };
    const more = fact({ span: 'more', parent: 'root', bytes: 4_000, start: 6 });
    const after = decide([...ticket, repriced, more]).spans.at(-1);
    // 10,000 bytes at 0.45 a gigabyte and 5 spans at 2 a million.
    expect(formatPico(after?.booking.amountPico ?? 0n)).toBe('0.0000145');
    expect(after?.fact.observation.repriced).toEqual({ count: 1, reason: 'contract' });
    expect(parseTelemetryPrices(after?.fact.telemetry?.prices ?? '').lines[0]?.amount).toBe('0.45');
  });
});

test('the order of spans and their repetition change nothing, and no span is counted twice or left out', () => {
  fc.assert(
    fc.property(
      anyTrace.chain((some) =>
        fc.tuple(fc.constant(some), fc.shuffledSubarray([...some, ...some], { minLength: some.length * 2 })),
      ),
      ([some, shuffled]) => {
        const decision = decide(some);
        expect(canonicalText(decide(shuffled))).toBe(canonicalText(decision));
        const counted = decision.spans.filter(({ fact: { observation } }) => observation.role === 'telemetry');
        const spans = counted.reduce((sum, { fact: { observation } }) => sum + Number(observation.usage.telemetry_spans), 0);
        const ids = new Set(some.map(({ spanId }) => spanId));
        const measured = new Set(some.filter(({ telemetry }) => telemetry !== undefined).map(({ spanId }) => spanId));
        expect(spans).toBeLessThanOrEqual(measured.size);
        if (measured.size === ids.size && some.every(({ telemetry }) => telemetry !== undefined)) expect(spans).toBe(ids.size);
      },
    ),
    { numRuns: 500 },
  );
});
