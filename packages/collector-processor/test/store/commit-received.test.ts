import { type CostRecord, canonicalText, type SpanFact } from '@costspan/ledger';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fact, facts, hex, noonNs, secondNs } from '../../../ledger/test/support/facts.ts';
import { anyTraces } from '../../../ledger/test/support/random-facts.ts';
import { visitLogRecords } from '../../src/otlp/visit-log-records.ts';
import type { AuditedEvent } from '../../src/store/audit-rows.ts';
import { encodeEvents } from '../../src/store/encoded-events.ts';
import type { OutgoingEvent } from '../../src/store/outgoing.ts';
import { readLedgerEvents } from '../../src/store/read-ledger-events.ts';
import { encodeOutgoing } from '../../src/wire-codecs.ts';
import { commitNs, dayNs, hourNs, openTestLedger, type TestLedger } from './support/engine.ts';
import { temporaryLedgerFile } from './support/temporary-ledger.ts';

/** Everything a meter's ledger has to say, as the bytes it sends. */
function sentBy(meter: TestLedger, eventsMax = 1_000): readonly OutgoingEvent[] {
  const events = meter.engine.outgoing.waiting(eventsMax);
  meter.engine.markOutgoingSent(events.map(({ sequence }) => sequence));
  return events;
}

/** Sends events as they would go over the wire. */
function deliver(central: TestLedger, meter: TestLedger, events: readonly OutgoingEvent[], nowNs = commitNs): void {
  const read = readLedgerEvents(encodeOutgoing(events, meter.file.emitter, nowNs), undefined);
  if (read.kind === 'invalid') throw new Error(read.problem);
  expect([read.rejectedCount, read.problem, read.restCount]).toEqual([0, '', 0]);
  central.engine.receive(encodeEvents(read.events), nowNs);
}

/** Records apart from which ledger rolled them up and when. */
function costs(ledger: TestLedger): readonly unknown[] {
  return ledger
    .records()
    .map(({ emitter: _emitter, revision: _revision, ...cost }: CostRecord) => JSON.parse(canonicalText(cost)));
}

/** A span in which a budget decided, each time so many seconds after noon. */
function decided(span: SpanFact, ...decisions: readonly (readonly [decision: string, second: number])[]): SpanFact {
  const events = decisions.map(([decision, second]) => ({
    name: 'costspan.budget',
    atNs: noonNs + BigInt(second) * secondNs,
    attributes: { 'costspan.budget.amount': '0.5', 'costspan.budget.decision': decision },
  }));
  return { ...span, events };
}

/** What was decided for each item, by time. */
function auditOf(ledger: TestLedger): readonly (readonly [id: string, decisions: readonly AuditedEvent[]])[] {
  return ledger
    .records()
    .map(({ item }) => [`${item.type} ${item.id}`, ledger.audit(item)] as const)
    .filter(([, events]) => events.length > 0);
}

/** The decisions of the only item that has any. */
function decisions(ledger: TestLedger): readonly unknown[] {
  const [[, events] = []] = auditOf(ledger);
  return (events ?? []).map(({ attributes }) => attributes['costspan.budget.decision']);
}

/** A meter that took these facts in so many requests. */
function meterOf(given: readonly SpanFact[], batch = given.length): TestLedger {
  const meter = openTestLedger({ sendsEntries: true });
  for (let start = 0; start < given.length; start += Math.max(1, batch))
    meter.commit(given.slice(start, start + Math.max(1, batch)));
  return meter;
}

describe('many meters and one ledger', () => {
  test('hold the same records as one ledger that saw every span, in whatever order the events arrive, cut and repeated', () => {
    fc.assert(
      fc.property(
        anyTraces,
        fc.integer({ min: 1, max: 4 }),
        fc.infiniteStream(fc.nat()),
        fc.integer({ min: 1, max: 7 }),
        (plain, batch, chance, size) => {
          const given = plain.map((each, index) => (index % 3 === 0 ? decided(each, ['reserve', 1], ['commit', index]) : each));
          const next = (below: number): number => (chance.next().value ?? 0) % below;
          const alone = openTestLedger();
          alone.commit(given);
          const meters = [openTestLedger({ sendsEntries: true }), openTestLedger({ sendsEntries: true })] as const;
          const traceMeter = (traceId: string): TestLedger =>
            Number.parseInt(traceId.at(-1) ?? '0', 16) % 2 === 0 ? meters[0] : meters[1];
          const central = openTestLedger();
          const under: { readonly meter: TestLedger; readonly event: OutgoingEvent }[] = [];
          for (let start = 0; start < given.length; start += batch) {
            for (const each of given.slice(start, start + batch)) traceMeter(each.traceId).commit([each]);
            for (const meter of meters) if (next(2) === 0) under.push(...sentBy(meter).map((event) => ({ meter, event })));
          }
          for (const meter of meters) under.push(...sentBy(meter).map((event) => ({ meter, event })));
          const order = under
            .flatMap((each) => (next(3) === 0 ? [each, each] : [each]))
            .map((each) => ({ each, at: next(1_000_000) }))
            .sort((one, other) => one.at - other.at)
            .map(({ each }) => each);
          for (let start = 0; start < order.length; start += size) {
            const part = order.slice(start, start + size);
            for (const meter of meters) {
              const own = part.filter((each) => each.meter === meter).map(({ event }) => event);
              if (own.length > 0) deliver(central, meter, own);
            }
          }
          expect(costs(central)).toEqual(costs(alone));
          expect(auditOf(central)).toEqual(auditOf(alone));
          expect(central.verify()).toEqual([]);
        },
      ),
      { numRuns: 40 },
    );
  });

  test('a decision that changes replaces what was sent before, also when the two arrive the other way round', () => {
    const item = fact({ span: 'root', item: 'ticket T-1' });
    const call = fact({ span: 'call', parent: 'root', cost: '0.18' });
    const meter = meterOf([call]);
    const before = sentBy(meter);
    meter.commit([item]);
    const after = sentBy(meter);
    for (const order of [
      [before, after],
      [after, before],
    ]) {
      const central = openTestLedger();
      for (const events of order) deliver(central, meter, events);
      expect(central.records().map(({ item: { id }, totalPico }) => [id, totalPico])).toEqual([['T-1', 180_000_000_000n]]);
      expect(central.live().map(({ item: named, origin }) => [named?.id, origin?.version])).toEqual([['T-1', 2]]);
      expect(central.verify()).toEqual([]);
    }
  });

  test('an item that a trace left, and its outcome with it, is withdrawn', () => {
    const meter = meterOf([fact({ span: 'a', item: 'ticket T-1', outcome: 'resolved', cost: '1' })]);
    const central = openTestLedger();
    deliver(central, meter, sentBy(meter));
    meter.commit([fact({ span: 'a', item: 'ticket T-2', cost: '1', end: 9 })]);
    deliver(central, meter, sentBy(meter));
    expect(costs(central)).toEqual(costs(meter));
    expect(central.records().map(({ item, outcome }) => [item.id, outcome])).toEqual([['T-2', undefined]]);
  });

  test('outcome, parent, dimensions and the work of people travel', () => {
    const meter = meterOf([
      fact({ span: 'root', item: 'claim C-1', parentItem: 'C-0', outcome: 'approved', dimensions: { team: 'eu' } }),
      fact({ span: 'review', parent: 'root', cost: '7.5', category: 'human', role: 'handoff', handoff: 'h1', touchMs: 450_000 }),
    ]);
    const central = openTestLedger();
    deliver(central, meter, sentBy(meter));
    expect(costs(central)).toEqual(costs(meter));
    const [record] = central.records();
    expect([record?.outcome?.value, record?.parentId, record?.dimensions]).toEqual(['approved', 'C-0', { team: 'eu' }]);
    const withoutPlace = (ledger: TestLedger): readonly unknown[] =>
      ledger.live().map(({ emitter: _emitter, origin: _origin, ...entry }) => entry);
    expect(withoutPlace(central)).toEqual(withoutPlace(meter));
  });

  test('one span that reached two meters is one entry', () => {
    const span = fact({ span: 'a', item: 'ticket T-1', cost: '0.5' });
    const central = openTestLedger();
    const [one, other] = [meterOf([span]), meterOf([span])];
    for (const meter of [one, other]) deliver(central, meter, sentBy(meter));
    expect(central.records().map(({ totalPico }) => totalPico)).toEqual([500_000_000_000n]);
    expect(central.live()).toHaveLength(1);
  });

  test('a ledger in another currency has no price for it and says so', () => {
    const meter = meterOf([fact({ span: 'a', item: 'ticket T-1', cost: '0.5' })]);
    const events = sentBy(meter).map((event) =>
      event.kind === 'entry' ? { ...event, entry: { ...event.entry, currency: 'EUR' } } : event,
    );
    const central = openTestLedger();
    deliver(central, meter, events);
    expect(central.records().map(({ totalPico, unpricedReasons }) => [totalPico, unpricedReasons])).toEqual([
      [0n, { 'currency-differs': 1 }],
    ]);
  });

  test('what ended before entries were deleted is counted, not booked again', () => {
    const meter = meterOf([fact({ span: 'a', item: 'ticket T-1', cost: '0.5' })]);
    const events = sentBy(meter);
    const central = openTestLedger();
    deliver(central, meter, events);
    central.closeDue(commitNs + 40n * dayNs);
    expect(central.entries()).toEqual([]);
    deliver(central, meter, events, commitNs + 40n * dayNs);
    expect(central.records().map(({ totalPico }) => totalPico)).toEqual([500_000_000_000n]);
    expect(central.engine.counters().events_beyond_retention).toBe(2);
    expect(central.verify()).toEqual([]);
  });
});

describe('what was decided in a span', () => {
  const reserved = (span: string, item = 'ticket T-1'): SpanFact =>
    decided(fact({ span, item, cost: '0.5' }), ['reserve', 1], ['commit', 2]);
  const isAudit = ({ kind }: OutgoingEvent): boolean => kind === 'audit';

  test('arrives before or after the entries of its trace, and twice, and is there once as the meter has it', () => {
    const meter = meterOf([reserved('a')]);
    const events = sentBy(meter);
    const [decided, others] = [events.filter(isAudit), events.filter((event) => !isAudit(event))];
    expect([decided.length, others.length]).toEqual([2, 2]);
    for (const order of [
      [decided, others],
      [others, decided],
      [events, decided, others],
      [decided, decided, [...others, ...decided]],
    ]) {
      const central = openTestLedger();
      for (const part of order) deliver(central, meter, part);
      expect(auditOf(central)).toEqual(auditOf(meter));
      expect(decisions(central)).toEqual(['reserve', 'commit']);
      expect([costs(central), central.verify()]).toEqual([costs(meter), []]);
    }
  });

  test('is of no item before its trace is known to have one, and costs nothing', () => {
    const meter = meterOf([reserved('a')]);
    const central = openTestLedger();
    deliver(central, meter, sentBy(meter).filter(isAudit));
    expect([central.records(), central.entries(), central.verify()]).toEqual([[], [], []]);
    expect(central.audit({ tenant: 'default', type: 'ticket', id: 'T-1' })).toEqual([]);
  });

  test('of a span that names no item is the item of its trace, as long as that is the only one', () => {
    const budget = decided(fact({ span: 'budget', parent: 'root' }), ['deny', 1]);
    const root = fact({ span: 'root', item: 'ticket T-1' });
    const alone = meterOf([root, budget, fact({ span: 'call', parent: 'root', cost: '1' })]);
    const central = openTestLedger();
    deliver(central, alone, sentBy(alone));
    expect(decisions(central)).toEqual(['deny']);
    alone.commit([fact({ span: 'other', parent: 'root', item: 'ticket T-2', cost: '1' })]);
    deliver(central, alone, sentBy(alone));
    expect([auditOf(alone), auditOf(central)]).toEqual([[], []]);
  });

  test('in a span that reached two meters is there once; told differently, the greater counts in any order', () => {
    const [one, other] = [
      meterOf([decided(reserved('a'), ['reserve', 1], ['commit', 2])]),
      meterOf([decided(reserved('a'), ['reserve', 1], ['release', 2])]),
    ];
    const told = [one, other].map((meter) => ({ meter, events: sentBy(meter) }));
    for (const order of [told, told.toReversed(), [...told, ...told]]) {
      const central = openTestLedger();
      for (const { meter, events } of order) deliver(central, meter, events);
      expect(decisions(central)).toEqual(['reserve', 'release']);
    }
  });

  test('at one instant in several traces is listed by trace, whichever came first', () => {
    const inTrace = (trace: string): SpanFact =>
      decided(fact({ span: 'a', item: 'ticket T-1', trace, cost: '1' }), ['reserve', 1]);
    for (const order of [
      ['trace-1', 'trace-2'],
      ['trace-2', 'trace-1'],
    ]) {
      const meter = meterOf(order.map(inTrace), 1);
      const central = openTestLedger();
      deliver(central, meter, sentBy(meter));
      for (const ledger of [meter, central]) {
        expect(auditOf(ledger).flatMap(([, events]) => events.map(({ traceId }) => traceId))).toEqual([
          hex('trace-1', 32),
          hex('trace-2', 32),
        ]);
      }
    }
  });

  test('is sent once: neither what a meter sees again nor what it opens again goes out a second time', () => {
    const path = temporaryLedgerFile();
    const meter = openTestLedger({ path, sendsEntries: true });
    meter.commit([reserved('a')]);
    const unsent = meter.engine.outgoing.waiting(10).filter(isAudit);
    expect(unsent).toHaveLength(2);
    meter.file.close();
    const again = openTestLedger({ path, sendsEntries: true });
    expect(again.engine.outgoing.waiting(10).filter(isAudit)).toEqual(unsent);
    sentBy(again);
    again.commit([reserved('a')]);
    expect(again.engine.outgoing.waiting(10)).toEqual([]);
    again.file.close();
  });

  test('also goes out when it was decided before entries went anywhere', () => {
    const path = temporaryLedgerFile();
    const meter = openTestLedger({ path });
    meter.commit([reserved('a')]);
    meter.file.close();
    const sending = openTestLedger({ path, sendsEntries: true });
    const central = openTestLedger();
    deliver(central, sending, sentBy(sending));
    expect(auditOf(central)).toEqual(auditOf(sending));
    expect(decisions(central)).toEqual(['reserve', 'commit']);
    sending.file.close();
  });

  test('is passed on by a ledger that sends its own entries on', () => {
    const meter = meterOf([reserved('a')]);
    const region = openTestLedger({ sendsEntries: true });
    const central = openTestLedger();
    deliver(region, meter, sentBy(meter));
    deliver(central, region, sentBy(region));
    expect(auditOf(central)).toEqual(auditOf(meter));
    deliver(region, meter, sentBy(meterOf([reserved('a')])));
    expect(region.engine.outgoing.waiting(10).filter(isAudit)).toEqual([]);
  });

  test('is deleted with its trace, once it was delivered, and counted when it comes after that', () => {
    const meter = meterOf([reserved('a')]);
    const events = sentBy(meter);
    const central = openTestLedger();
    deliver(central, meter, events);
    central.closeDue(commitNs + 40n * dayNs);
    expect(auditOf(central)).toEqual([]);
    deliver(central, meter, events.filter(isAudit), commitNs + 40n * dayNs);
    expect([auditOf(central), central.engine.counters().events_beyond_retention]).toEqual([[], 2]);
    // What it would have made known again would let entries that were counted before come in.
    deliver(central, meter, events, commitNs + 40n * dayNs);
    expect(central.records().map(({ totalPico }) => totalPico)).toEqual([500_000_000_000n]);
  });

  test('of a trace without cost is kept until it was delivered', () => {
    const meter = meterOf([decided(fact({ span: 'a', item: 'ticket T-1' }), ['deny', 1])]);
    meter.engine.markOutgoingSent(meter.engine.outgoing.waiting(10).flatMap((event) => (isAudit(event) ? [] : [event.sequence])));
    for (const days of [1n, 40n]) meter.closeDue(commitNs + days * dayNs);
    expect(sentBy(meter).map(({ kind }) => kind)).toEqual(['audit']);
    meter.closeDue(commitNs + 41n * dayNs);
    expect(meter.audit({ tenant: 'default', type: 'ticket', id: 'T-1' })).toEqual([]);
  });

  test('is not taken from a sender of another tenant, and the sender is told', () => {
    const meter = meterOf([reserved('a')]);
    const body = encodeOutgoing(sentBy(meter).filter(isAudit), meter.file.emitter, commitNs);
    const read = readLedgerEvents(body, 'acme');
    expect(read).toMatchObject({
      events: { entries: [], sightings: [], audit: [] },
      rejectedCount: 2,
      problem: 'costspan.audit: expected tenant acme, whose key was sent, found default',
      restCount: 0,
    });
  });

  test('is a flat log event in which no attribute of a sender stands for what the ledger says', () => {
    const event = {
      name: 'costspan.budget',
      atNs: noonNs,
      attributes: { 'costspan.budget.decision': 'stop', 'costspan.work_item.tenant': 'forged', 'costspan.audit.json': '{}' },
    };
    const meter = meterOf([{ ...fact({ span: 'a', item: 'ticket T-1' }), events: [event] }]);
    const audit = sentBy(meter).filter(isAudit);
    const seen: unknown[] = [];
    visitLogRecords(encodeOutgoing(audit, meter.file.emitter, commitNs), (record) => {
      const { 'costspan.audit.json': json, ...flat } = Object.fromEntries(record.attributes());
      seen.push(record.eventName, flat, JSON.parse(String(json)));
    });
    expect(seen).toEqual([
      'costspan.audit',
      {
        'costspan.audit.at': noonNs,
        'costspan.audit.event': 'costspan.budget',
        'costspan.budget.decision': 'stop',
        'costspan.entry.span_id': hex('a', 16),
        'costspan.record.emitter': meter.file.emitter,
        'costspan.work_item.id': 'T-1',
        'costspan.work_item.tenant': 'default',
        'costspan.work_item.type': 'ticket',
      },
      {
        ...{ tenant: 'default', trace_id: hex('trace', 32), span_id: hex('a', 16), number: 0 },
        ...{ span_end_ns: String(noonNs + secondNs), type: 'ticket', id: 'T-1', name: 'costspan.budget' },
        ...{ at_ns: String(noonNs), attributes: event.attributes },
      },
    ]);
  });
});

describe('the outbox of a meter', () => {
  test('keeps what was not delivered, and takes back nothing that changed meanwhile', () => {
    const meter = meterOf(facts('span|item|cost\na|ticket T-1|1\nb|ticket T-1|2'));
    const first = meter.engine.outgoing.waiting(10);
    expect(meter.engine.outgoing.waiting(10)).toEqual(first);
    meter.commit([fact({ span: 'c', item: 'ticket T-1', cost: '4' })]);
    meter.engine.markOutgoingSent(first.map(({ sequence }) => sequence));
    const left = meter.engine.outgoing.waiting(10);
    expect(left.flatMap((event) => (event.kind === 'entry' ? [event.entry.spanName] : []))).toEqual(['c']);
    expect(left.flatMap((event) => (event.kind === 'sighting' ? [event.sent.sighting.item.id] : []))).toEqual(['T-1']);
    expect(left).toHaveLength(2);
  });

  test('keeps entries from being deleted until they were delivered', () => {
    const meter = meterOf([fact({ span: 'a', item: 'ticket T-1', cost: '0.5' })]);
    meter.closeDue(commitNs + 2n * hourNs);
    meter.closeDue(commitNs + 40n * dayNs);
    expect(meter.entries()).toHaveLength(1);
    sentBy(meter);
    meter.closeDue(commitNs + 40n * dayNs);
    expect([meter.entries(), meter.engine.outgoing.waiting(10)]).toEqual([[], []]);
  });
});

describe('a crash while events are booked', () => {
  const points = ['begun', 'facts-written', 'records-written', 'committed'] as const;

  test.each(points)('at "%s" leaves nothing or everything, and the events again make the undisturbed ledger', (point) => {
    const given = facts('span|item|outcome|cost\na|ticket T-1|resolved|0.18\nb|ticket T-2||0.5\nc|||0.25');
    const meter = meterOf(given.map((span) => decided(span, ['reserve', 1])));
    const events = sentBy(meter);
    const calm = openTestLedger();
    deliver(calm, meter, events);
    const path = temporaryLedgerFile();
    const dying = openTestLedger({
      path,
      onCommitPoint: (at) => {
        if (at === point) throw new Error('crashed');
      },
    });
    const nothing = [dying.records(), dying.entries(), auditOf(dying)];
    expect(() => deliver(dying, meter, events)).toThrow('crashed');
    if (point !== 'committed') expect([dying.records(), dying.entries(), auditOf(dying)]).toEqual(nothing);
    dying.file.close();
    const again = openTestLedger({ path });
    deliver(again, meter, events);
    expect([costs(again), auditOf(again)]).toEqual([costs(calm), auditOf(calm)]);
    expect(auditOf(again)).toHaveLength(2);
    expect(again.verify()).toEqual([]);
    again.file.close();
  });

  test('a meter that dies while it commits has nothing to send of what it did not acknowledge', () => {
    const path = temporaryLedgerFile();
    const span = decided(fact({ span: 'a', item: 'ticket T-1', cost: '0.18' }), ['reserve', 1]);
    const dying = openTestLedger({
      path,
      sendsEntries: true,
      onCommitPoint: (at) => {
        if (at === 'records-written') throw new Error('crashed');
      },
    });
    expect(() => dying.commit([span])).toThrow('crashed');
    dying.file.close();
    const meter = openTestLedger({ path, sendsEntries: true });
    expect(meter.engine.outgoing.waiting(10)).toEqual([]);
    meter.commit([span]);
    expect(
      meter.engine.outgoing
        .waiting(10)
        .map(({ kind }) => kind)
        .sort(),
    ).toEqual(['audit', 'entry', 'sighting']);
    meter.file.close();
  });
});

test('an item of ten million and totals of ten billion arrive to the last digit', () => {
  const given = Array.from({ length: 1_000 }, (_, index) =>
    fact({ span: `s${index}`, item: `claim C-${index}`, trace: `trace-${index % 10}`, cost: '10000000.000000000001' }),
  );
  const meter = meterOf(given);
  const central = openTestLedger();
  for (let events = sentBy(meter, 256); events.length > 0; events = sentBy(meter, 256)) deliver(central, meter, events);
  const records = central.records();
  expect(new Set(records.map(({ totalPico }) => totalPico))).toEqual(new Set([10_000_000_000_000_000_001n]));
  expect(records.reduce((sum, { totalPico }) => sum + totalPico, 0n)).toBe(10_000_000_000_000_000_001_000n);
  expect(central.verify()).toEqual([]);
});
