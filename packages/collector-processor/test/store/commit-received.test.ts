import { type CostRecord, canonicalText, type SpanFact } from '@costspan/ledger';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fact, facts } from '../../../ledger/test/support/facts.ts';
import { anyTraces } from '../../../ledger/test/support/random-facts.ts';
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
        (given, batch, chance, size) => {
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

describe('the outbox of a meter', () => {
  test('keeps what was not delivered, and takes back nothing that changed meanwhile', () => {
    const meter = meterOf(facts('span|item|cost\na|ticket T-1|1\nb|ticket T-1|2'));
    const first = meter.engine.outgoing.waiting(10);
    expect(meter.engine.outgoing.waiting(10)).toEqual(first);
    meter.commit([fact({ span: 'c', item: 'ticket T-1', cost: '4' })]);
    meter.engine.markOutgoingSent(first.map(({ sequence }) => sequence));
    expect(
      meter.engine.outgoing
        .waiting(10)
        .map((event) => (event.kind === 'entry' ? event.entry.spanName : event.sent.sighting.item.id)),
    ).toEqual(['c', 'T-1']);
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
    const meter = meterOf(facts('span|item|outcome|cost\na|ticket T-1|resolved|0.18\nb|ticket T-2||0.5\nc|||0.25'));
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
    const nothing = [dying.records(), dying.entries()];
    expect(() => deliver(dying, meter, events)).toThrow('crashed');
    if (point !== 'committed') expect([dying.records(), dying.entries()]).toEqual(nothing);
    dying.file.close();
    const again = openTestLedger({ path });
    deliver(again, meter, events);
    expect(costs(again)).toEqual(costs(calm));
    expect(again.verify()).toEqual([]);
    again.file.close();
  });

  test('a meter that dies while it commits has nothing to send of what it did not acknowledge', () => {
    const path = temporaryLedgerFile();
    const span = fact({ span: 'a', item: 'ticket T-1', cost: '0.18' });
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
    expect(meter.engine.outgoing.waiting(10).map(({ kind }) => kind).sort()).toEqual(['entry', 'sighting']);
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
