import { canonicalText, type SpanFact } from '@costspan/ledger';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fact } from '../../../ledger/test/support/facts.ts';
import { expectedLedger } from '../../../ledger/test/support/oracle.ts';
import { anyPlainTrace } from '../../../ledger/test/support/random-plain-trace.ts';
import { dayNs, hourNs, openTestLedger, type TestLedger } from './support/engine.ts';

/** Some traces as they are sent: whole or in up to four requests, those of several traces mixed, some of them again. */
const deliveries = fc
  .array(
    fc.record({
      from: fc.constantFrom('t1', 't2', 't3', 't4').chain((trace) => anyPlainTrace(trace)),
      parts: fc.array(fc.nat(3), { minLength: 12, maxLength: 12 }),
      again: fc.boolean(),
    }),
    { minLength: 1, maxLength: 6 },
  )
  .chain((all) => {
    const requests = all.flatMap(({ from, parts, again }) => {
      const inParts = [...Map.groupBy(from, (_, index) => parts[index % parts.length]).values()];
      return again ? [...inParts, from] : inParts;
    });
    return fc.shuffledSubarray(requests, { minLength: requests.length });
  });

/** A turn of an agent whose spans are stamped, as its process sends it: a few spans at a time. */
const turn = fc
  .array(
    fc.record(
      {
        parent: fc.nat(8),
        start: fc.integer({ min: 0, max: 20 }),
        end: fc.integer({ min: 0, max: 40 }),
        cost: fc.constantFrom('0.18', '~0.02', '?no-price'),
        call: fc.constantFrom('r1', 'r2', 'r3', 'r4', 'r5', 'r6'),
        names: fc.boolean(),
      },
      { requiredKeys: ['parent', 'start', 'end'] },
    ),
    { minLength: 2, maxLength: 9 },
  )
  .map((spans) =>
    spans.map(({ parent, names = true, ...sketch }, index) => {
      const said = names || sketch.cost !== undefined ? { item: 'ticket T-1', dimensions: { team: 'a' } } : {};
      const above = parent < index ? { parent: `s${parent}` } : {};
      return fact({ span: `s${index}`, trace: 't', ...above, ...said, ...sketch });
    }),
  )
  .chain((facts) => fc.tuple(fc.constant(facts), fc.array(fc.nat(3), { minLength: facts.length, maxLength: facts.length })));

/** Everything a ledger says that does not depend on when it was told what. */
function timeless(ledger: TestLedger): string {
  return canonicalText({
    entries: ledger.live().map(({ version: _v, recordedAtNs: _r, emitter: _e, state: _s, ...entry }) => entry),
    records: ledger.records().map(({ emitter: _e, revision: _r, ...record }) => record),
  });
}

describe('traces whose spans say the same', () => {
  test('make the entries and records that all facts at once make, however they are sent', () => {
    fc.assert(
      fc.property(deliveries, (requests) => {
        const ledger = openTestLedger();
        for (const request of requests) ledger.commit(request);
        const { entries, records } = expectedLedger(requests.flat());
        expect(timeless(ledger)).toBe(canonicalText({ entries, records }));
        expect(ledger.verify()).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });

  test('come in parts and make the ledger that they make at once, also when a commit failed in between', () => {
    fc.assert(
      fc.property(turn, fc.nat(3), ([facts, parts], failing) => {
        let isFailing = false;
        const ledger = openTestLedger({
          onCommitPoint: (point) => {
            if (isFailing && point === 'records-written') throw new Error('the disk is full');
          },
        });
        for (const [number, part] of [...Map.groupBy(facts, (_, index) => parts[index]).values()].entries()) {
          isFailing = number === failing;
          if (isFailing) expect(() => ledger.commit(part)).toThrow('the disk is full');
          isFailing = false;
          ledger.commit(part);
        }
        const { entries, records } = expectedLedger(facts);
        expect(timeless(ledger)).toBe(canonicalText({ entries, records }));
        expect(ledger.verify()).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });

  test.each<[string, readonly SpanFact[]]>([
    ['a call alone', [fact({ span: 'llm', item: 'ticket T-1', cost: '0.18' })]],
    ['a call of no item', [fact({ span: 'llm', cost: '0.18' })]],
    [
      'a call below spans that name the item too',
      [
        fact({ span: 'root', item: 'ticket T-1', start: 1, end: 9 }),
        fact({ span: 'step', parent: 'root', item: 'ticket T-1', start: 2, end: 8 }),
        fact({ span: 'llm', parent: 'step', item: 'ticket T-1', cost: '0.18', start: 3, end: 7 }),
        fact({ span: 'http', parent: 'llm' }),
      ],
    ],
  ])('%s: what comes again changes nothing, what comes late is decided with it', (_what, facts) => {
    const late = fact({ span: 'late', parent: 'llm', item: 'ticket T-1', cost: '1', start: 5 });
    const ledger = openTestLedger();
    ledger.commit(facts);
    const [once, entries] = [timeless(ledger), ledger.entries().length];
    ledger.commit(facts);
    expect([timeless(ledger), ledger.entries().length]).toEqual([once, entries]);
    ledger.commit([late]);
    const { entries: live, records } = expectedLedger([...facts, late]);
    expect(timeless(ledger)).toBe(canonicalText({ entries: live, records }));
    expect(ledger.verify()).toEqual([]);
  });

  test('are looked at span by span once entries were pruned: what ended before is counted as such', () => {
    const old = [fact({ span: 'llm', item: 'ticket T-1', cost: '0.18' })];
    const ledger = openTestLedger();
    ledger.commit(old);
    const [{ recordedAtNs = 0n } = {}] = ledger.entries();
    ledger.closeDue(recordedAtNs + hourNs);
    ledger.closeDue(recordedAtNs + 31n * dayNs);
    expect(ledger.entries()).toEqual([]);
    ledger.commit(old, recordedAtNs + 31n * dayNs);
    expect([ledger.entries(), ledger.engine.counters().spans_beyond_retention]).toEqual([[], 1]);
  });
});
