import { type CostRecord, canonicalText, type Entry, type SpanFact } from '@costspan/ledger';
import { formatPico } from '@costspan/pricing';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fact, facts } from '../../../ledger/test/support/facts.ts';
import { expectedLedger } from '../../../ledger/test/support/oracle.ts';
import { anyTraces } from '../../../ledger/test/support/random-facts.ts';
import type { CommitPoint } from '../../src/store/ledger-engine.ts';
import { commitNs, dayNs, hourNs, minuteNs, openTestLedger, packedTraces, type TestLedger } from './support/engine.ts';
import { temporaryLedgerFile } from './support/temporary-ledger.ts';

/** Everything a ledger says that does not depend on when it was told what. */
function timeless(ledger: TestLedger): string {
  return canonicalText({
    entries: ledger.live().map(({ version: _v, recordedAtNs: _r, emitter: _e, state: _s, ...entry }) => entry),
    records: ledger.records().map(({ emitter: _e, revision: _r, ...record }) => record),
  });
}

/** Facts cut into requests; some requests come twice. */
const deliveries = anyTraces.chain((all) =>
  fc.record({
    all: fc.constant(all),
    order: fc.shuffledSubarray([...all], { minLength: all.length }),
    sizes: fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 8 }),
    again: fc.array(fc.nat(), { maxLength: 4 }),
  }),
);

function requestsOf({ order, sizes, again }: { order: SpanFact[]; sizes: number[]; again: number[] }): SpanFact[][] {
  const requests: SpanFact[][] = [];
  for (let index = 0, turn = 0; index < order.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    requests.push(order.slice(index, index + size));
    index += size;
  }
  for (const position of again) requests.push(requests[position % requests.length] ?? []);
  return requests;
}

/** Requests that share a transaction, as they do under load. */
function groupsOf(requests: readonly SpanFact[][], sizes: readonly number[]): readonly SpanFact[][][] {
  const groups: SpanFact[][][] = [];
  for (let index = 0, turn = 0; index < requests.length; turn += 1) {
    const size = Math.ceil((sizes[turn % sizes.length] ?? 1) / 2);
    groups.push(requests.slice(index, index + size));
    index += size;
  }
  return groups;
}

describe('the same facts in any order, batching and repetition', () => {
  test('give the entries and records that all facts at once give', () => {
    fc.assert(
      fc.property(deliveries, (delivery) => {
        const ledger = openTestLedger();
        for (const group of groupsOf(requestsOf(delivery), delivery.sizes)) {
          ledger.engine.commit(
            group.flatMap((request) => [...packedTraces(request)]),
            commitNs,
          );
        }
        expect(timeless(ledger)).toBe(canonicalText(expectedLedger(delivery.all)));
        expect(ledger.verify()).toEqual([]);
        ledger.file.close();
      }),
      { numRuns: 300 },
    );
  });

  test('leave versions of which at most the last is live, and a live sum equal to the sum of records and the unattributed', () => {
    fc.assert(
      fc.property(deliveries, (delivery) => {
        const ledger = openTestLedger();
        for (const request of requestsOf(delivery)) ledger.commit(request);
        for (const versions of Map.groupBy(ledger.entries(), ({ id }) => id).values()) {
          expect(versions.map(({ version }) => version)).toEqual(versions.map((_, index) => index + 1));
          expect(versions.slice(0, -1).every(({ state }) => state === 'void')).toBe(true);
        }
        const sum = (amounts: readonly bigint[]): bigint => amounts.reduce((total, amount) => total + amount, 0n);
        const ofEntries = (entries: readonly Entry[]): bigint => sum(entries.map(({ amountPico }) => amountPico));
        const unattributed = ledger.live().filter(({ item }) => item === undefined);
        expect(ofEntries(ledger.live())).toBe(sum(ledger.records().map(({ totalPico }) => totalPico)) + ofEntries(unattributed));
        ledger.file.close();
      }),
    );
  });
});

const commitPoints: readonly CommitPoint[] = ['begun', 'facts-written', 'records-written', 'committed'];

test('a crash at any point of any commit, then a restart and the request again, gives the undisturbed ledger', () => {
  const crash = fc.record({ request: fc.nat(), point: fc.constantFrom(...commitPoints) });
  fc.assert(
    fc.property(deliveries, fc.array(crash, { minLength: 1, maxLength: 3 }), (delivery, crashes) => {
      const path = temporaryLedgerFile();
      const requests = requestsOf(delivery);
      const due = new Map(crashes.map(({ request, point }) => [request % requests.length, point]));
      let armed: CommitPoint | undefined;
      const open = (): TestLedger =>
        openTestLedger({
          path,
          onCommitPoint: (point) => {
            if (point === armed) throw new Error('crashed');
          },
        });
      let ledger = open();
      for (const [index, request] of requests.entries()) {
        armed = due.get(index);
        const before = timeless(ledger);
        try {
          ledger.commit(request);
        } catch {
          const committed = armed === 'committed';
          armed = undefined;
          ledger.file.close();
          ledger = open();
          if (!committed) expect(timeless(ledger)).toBe(before);
          ledger.commit(request);
        }
      }
      expect(timeless(ledger)).toBe(canonicalText(expectedLedger(delivery.all)));
      ledger.file.close();
    }),
    { numRuns: 25 },
  );
});

describe('revisions', () => {
  const one = facts('span | item | cost\n a | ticket T-1 | 1');
  const two = facts('span | item | cost\n b | ticket T-1 | 2');

  test('follow the clock in microseconds', () => {
    const ledger = openTestLedger();
    ledger.commit(one, commitNs);
    expect(ledger.records()[0]?.revision).toBe(commitNs / 1000n);
  });

  test('grow by one when the clock stands or goes back', () => {
    const ledger = openTestLedger();
    ledger.commit(one, commitNs);
    ledger.commit(two, commitNs - dayNs);
    expect(ledger.records()[0]?.revision).toBe(commitNs / 1000n + 1n);
  });

  test('stay when nothing changes, and the record stays sent', () => {
    const ledger = openTestLedger();
    ledger.commit(one);
    const records = ledger.engine.dirtyRecords(10);
    ledger.engine.markSent(records);
    ledger.commit(one, commitNs + minuteNs);
    expect(ledger.engine.dirtyRecords(10)).toEqual([]);
    expect(ledger.records()).toEqual(records);
  });

  test('stay when a trace says nothing that is not known already', () => {
    const ledger = openTestLedger();
    ledger.commit(facts('span | item | cost | start | end\n a | ticket T-1 | 1 | 0 | 9'));
    ledger.engine.markSent(ledger.engine.dirtyRecords(10));
    ledger.commit(facts('span | trace | item | start\n b | other | ticket T-1 | 5'), commitNs + minuteNs);
    expect(ledger.engine.dirtyRecords(10)).toEqual([]);
  });

  test('a record that changes while it is sent stays dirty', () => {
    const ledger = openTestLedger();
    ledger.commit(one);
    const sending = ledger.engine.dirtyRecords(10);
    ledger.commit(two);
    ledger.engine.markSent(sending);
    expect(ledger.engine.dirtyRecords(10).map(({ totalPico }) => formatPico(totalPico))).toEqual(['3']);
  });

  test('dirty records come in the order of their changes, as many as asked for', () => {
    const ledger = openTestLedger();
    for (const [index, id] of ['T-3', 'T-1', 'T-2'].entries()) {
      ledger.commit([fact({ span: id, trace: id, item: `ticket ${id}`, cost: '1' })], commitNs + BigInt(index) * minuteNs);
    }
    expect(ledger.engine.dirtyRecords(2).map(({ item }) => item.id)).toEqual(['T-3', 'T-1']);
  });
});

test('a later fact that changes whose cost a span is voids the entry and adds a version', () => {
  const ledger = openTestLedger();
  ledger.commit(facts('span | parent | cost\n llm | root | 0.18'));
  ledger.commit(facts('span | item\n root | ticket T-1'), commitNs + minuteNs);
  expect(
    ledger.entries().map(({ version, state, item, unattributedReason, recordedAtNs }) => ({
      version,
      state,
      whose: item?.id ?? unattributedReason,
      recordedAtNs,
    })),
  ).toEqual([
    { version: 1, state: 'void', whose: 'no-item', recordedAtNs: commitNs },
    { version: 2, state: 'live', whose: 'T-1', recordedAtNs: commitNs + minuteNs },
  ]);
});

test('an item that is named and taken back within one transaction never has a record that counts', () => {
  const ledger = openTestLedger();
  const [first, second] = [
    fact({ span: 'a', item: 'ticket T-1', cost: '5', end: 1 }),
    fact({ span: 'a', item: 'ticket T-2', cost: '5', end: 2 }),
  ];
  ledger.engine.commit([...packedTraces([first]), ...packedTraces([second])], commitNs);
  expect(ledger.records().map(({ item, totalPico }) => [item.id, formatPico(totalPico)])).toEqual([['T-2', '5']]);
  expect(ledger.verify()).toEqual([]);
});

test('a span whose item turns out to be another takes its cost along; the first item is withdrawn with a record that says 0', () => {
  const ledger = openTestLedger();
  ledger.commit([fact({ span: 'a', item: 'ticket T-1', outcome: 'resolved', cost: '5', end: 1 })]);
  ledger.commit([fact({ span: 'a', item: 'ticket T-2', cost: '5', end: 2 })]);
  const lines = (records: readonly CostRecord[]): unknown =>
    records.map(({ item, totalPico, state, outcome }) => [item.id, formatPico(totalPico), state, outcome?.value]);
  expect(lines(ledger.records())).toEqual([['T-2', '5', 'open', undefined]]);
  expect(lines(ledger.engine.dirtyRecords(10))).toEqual([
    ['T-2', '5', 'open', undefined],
    ['T-1', '0', 'closed', undefined],
  ]);
  ledger.commit([fact({ span: 'b', trace: 'other', item: 'ticket T-1', cost: '1' })]);
  expect(lines(ledger.records())).toEqual([
    ['T-1', '1', 'open', undefined],
    ['T-2', '5', 'open', undefined],
  ]);
});

describe('a trace that closes without a root', () => {
  const [root, child, orphan]: readonly [SpanFact, SpanFact, SpanFact] = [
    fact({ span: 'root', item: 'ticket T-1' }),
    fact({ span: 'llm', parent: 'root', cost: '1' }),
    fact({ span: 'link', parent: 'gone' }),
  ];

  test.for([
    ['with cost, counts', [child, orphan], 1],
    ['without cost, does not', [orphan], 0],
    ['and has one, does not', [root, child], 0],
  ] as const)('%s', ([, facts, count]) => {
    const ledger = openTestLedger();
    ledger.commit(facts);
    expect(ledger.engine.counters().traces_without_root).toBe(0);
    ledger.closeDue(commitNs + hourNs);
    ledger.closeDue(commitNs + hourNs);
    expect(ledger.engine.counters().traces_without_root).toBe(count);
  });

  test('does not count when the root comes later, in a request of its own', () => {
    const ledger = openTestLedger();
    ledger.commit([child]);
    ledger.commit([root]);
    ledger.commit([fact({ span: 'llm-2', parent: 'root', cost: '1' })]);
    ledger.closeDue(commitNs + hourNs);
    expect(ledger.engine.counters().traces_without_root).toBe(0);
  });
});

describe('a trace that has closed', () => {
  const root = facts('span | item\n root | ticket T-1');
  const child = facts('span | parent | cost\n llm | root | 0.18');
  const late = facts('span | parent | cost\n slow | llm | 0.02');

  test('keeps what was attributed; a late span takes the only item of the trace and is marked', () => {
    const ledger = openTestLedger();
    ledger.commit([...root, ...child]);
    ledger.closeDue(commitNs + hourNs);
    ledger.commit(late, commitNs + hourNs);
    expect(ledger.live().map(({ spanName, item, itemSource, late: isLate }) => [spanName, item?.id, itemSource, isLate])).toEqual(
      [
        ['llm', 'T-1', 'ancestor', undefined],
        ['slow', 'T-1', 'trace', true],
      ],
    );
    expect(ledger.engine.counters().late_spans).toBe(1);
  });

  test('stays open until the window has passed since its last span', () => {
    const ledger = openTestLedger();
    ledger.commit(child);
    ledger.closeDue(commitNs + hourNs - 1n);
    ledger.commit(root, commitNs + hourNs - 1n);
    ledger.closeDue(commitNs + hourNs);
    expect(ledger.live()[0]?.itemSource).toBe('ancestor');
    expect(ledger.live()[0]?.late).toBeUndefined();
  });

  test('does not take an item that is named too late', () => {
    const ledger = openTestLedger();
    ledger.commit(child);
    ledger.closeDue(commitNs + hourNs);
    ledger.commit(root, commitNs + hourNs);
    expect(ledger.live()[0]?.unattributedReason).toBe('no-item');
    expect(ledger.records().map(({ totalPico }) => totalPico)).toEqual([0n]);
  });

  test('changes nothing when it is sent again', () => {
    const ledger = openTestLedger();
    const everything = [...root, ...child, fact({ span: 'end', parent: 'root', item: 'ticket T-1', outcome: 'resolved' })];
    ledger.commit(everything);
    ledger.closeDue(commitNs + hourNs);
    const said = (): unknown => ({ entries: ledger.entries(), dirty: ledger.engine.dirtyRecords(10) });
    const before = said();
    ledger.commit(everything, commitNs + 2n * hourNs);
    expect(said()).toEqual(before);
    expect(ledger.engine.counters().late_spans).toBe(0);
    const late = fact({ span: 'late', item: 'ticket T-1', cost: '1' });
    ledger.commit([late], commitNs + 3n * hourNs);
    const after = said();
    ledger.commit([late, ...everything], commitNs + 29n * dayNs);
    expect(said()).toEqual(after);
    ledger.closeDue(commitNs + 31n * dayNs);
    expect(ledger.entries(), 'what is only repeated does not keep it from being pruned').toEqual([]);
  });

  test('forgets who was whose child', () => {
    const ledger = openTestLedger();
    ledger.commit([...root, ...child]);
    ledger.closeDue(commitNs + hourNs);
    expect(
      ledger.file.database.prepare('SELECT count(*) + (SELECT count(context) FROM traces) AS rows FROM context').get(),
    ).toEqual({ rows: 0 });
  });

  test('still finds that a late span reports a call that is priced already, and the other way round', () => {
    const poor = fact({ span: 'poor', item: 'ticket T-1', call: 'r1', scope: 'other', cost: '0.20', usage: { requests: 1 } });
    const rich = fact({
      ...{ span: 'rich', item: 'ticket T-1', call: 'r1', cost: '0.18' },
      usage: { input_text_tokens: 5, output_text_tokens: 4 },
    });
    for (const [first, second] of [
      [poor, rich],
      [rich, poor],
    ] as const) {
      const ledger = openTestLedger();
      ledger.commit([first]);
      ledger.closeDue(commitNs + hourNs);
      ledger.commit([second], commitNs + hourNs);
      expect(ledger.records().map(({ totalPico, spans }) => [formatPico(totalPico), spans])).toEqual([
        ['0.18', { duplicate: 1, priced: 1 }],
      ]);
    }
  });

  test('closes early when it grows without end, so that work stays bounded', () => {
    const ledger = openTestLedger();
    const many = Array.from({ length: 10_001 }, (_, index) => fact({ span: `${index}`, item: 'ticket T-1', start: index }));
    ledger.commit(many);
    ledger.commit([fact({ span: 'more', cost: '1' })]);
    expect(ledger.live()).toMatchObject([{ item: { id: 'T-1' }, itemSource: 'trace', late: true }]);
    expect(
      ledger.file.database.prepare('SELECT count(*) + (SELECT count(context) FROM traces) AS rows FROM context').get(),
    ).toEqual({ rows: 0 });
  });
});

describe('an item', () => {
  const done = [fact({ span: 'a', item: 'ticket T-1', outcome: 'resolved', cost: '1' })];

  test('closes with a new revision once it has an outcome and was quiet, and opens again', () => {
    const ledger = openTestLedger();
    ledger.commit(done);
    ledger.closeDue(commitNs + hourNs);
    const closed = ledger.records()[0];
    expect(closed).toMatchObject({ state: 'closed', revision: (commitNs + hourNs) / 1000n });
    ledger.commit([fact({ span: 'b', trace: 'other', item: 'ticket T-1', cost: '2' })], commitNs + dayNs);
    expect(ledger.records()[0]).toMatchObject({ state: 'open', totalPico: 3_000_000_000_000n });
  });

  test('without an outcome stays open', () => {
    const ledger = openTestLedger();
    ledger.commit([fact({ span: 'a', item: 'ticket T-1', cost: '1' })]);
    ledger.closeDue(commitNs + 20n * dayNs);
    expect(ledger.records()[0]?.state).toBe('open');
  });

  test('is known by name alone, and by an outcome alone', () => {
    const ledger = openTestLedger();
    ledger.commit([
      fact({ span: 'a', item: 'ticket T-1' }),
      fact({ span: 'b', trace: 't2', item: 'ticket T-2', outcome: 'resolved' }),
    ]);
    expect(ledger.records().map(({ item, totalPico, spans }) => [item.id, totalPico, spans])).toEqual([
      ['T-1', 0n, {}],
      ['T-2', 0n, {}],
    ]);
  });
});

describe('pruning', () => {
  test('deletes entries and keeps totals; what comes again is not counted again, but counted as such', () => {
    const ledger = openTestLedger();
    const old = facts('span | item | cost | outcome\n a | ticket T-1 | 1 | resolved');
    ledger.commit(old);
    ledger.closeDue(commitNs + hourNs);
    const before = ledger.records();
    ledger.closeDue(commitNs + 31n * dayNs);
    expect(ledger.entries()).toEqual([]);
    expect(ledger.records()).toEqual(before);
    expect(ledger.verify()).toEqual([]);
    ledger.commit(old, commitNs + 31n * dayNs);
    expect(ledger.records()).toEqual(before);
    expect(ledger.engine.counters().spans_beyond_retention).toBe(1);
  });

  test('a new trace adds to what was pruned', () => {
    const ledger = openTestLedger();
    ledger.commit([fact({ span: 'a', trace: 'one', item: 'ticket T-1', cost: '1', dimensions: { team: 'a' } })]);
    ledger.closeDue(commitNs + hourNs);
    ledger.closeDue(commitNs + 31n * dayNs);
    ledger.commit([fact({ span: 'b', trace: 'two', item: 'ticket T-1', cost: '2', start: 40 * 86_400 })], commitNs + 41n * dayNs);
    expect(ledger.records()).toMatchObject([{ totalPico: 3_000_000_000_000n, spans: { priced: 2 }, dimensions: { team: 'a' } }]);
    expect(ledger.verify()).toEqual([]);
  });
});

test('a full disk refuses the request and keeps what was there; when there is room again it is taken', () => {
  const ledger = openTestLedger({ path: temporaryLedgerFile() });
  ledger.commit([fact({ span: 'a', item: 'ticket T-1', cost: '1' })]);
  const before = timeless(ledger);
  const large = Array.from({ length: 500 }, (_, index) => fact({ span: `s${index}`, item: 'ticket T-1', cost: '1' }));
  const { page_count: pages } = ledger.file.database.prepare('PRAGMA page_count').get() as { page_count: number };
  ledger.file.database.exec(`PRAGMA max_page_count = ${pages + 2}`);
  expect(() => ledger.commit(large)).toThrow('full');
  expect(timeless(ledger)).toBe(before);
  ledger.file.database.exec('PRAGMA max_page_count = 1000000');
  ledger.commit(large);
  expect(formatPico(ledger.records()[0]?.totalPico ?? 0n)).toBe('501');
});

test('amounts of any size stay exact', () => {
  const ledger = openTestLedger();
  const amounts = ['10000000.000000000001', '9999999999.999999999999', '0.000000000001', '12345678901234.5'];
  ledger.commit(amounts.map((cost, index) => fact({ span: `s${index}`, item: 'ticket T-1', cost })));
  expect(formatPico(ledger.records()[0]?.totalPico ?? 0n)).toBe('12355688901234.500000000001');
  expect(
    ledger
      .live()
      .map(({ amountPico }) => formatPico(amountPico))
      .sort(),
  ).toEqual([...amounts].sort());
});
