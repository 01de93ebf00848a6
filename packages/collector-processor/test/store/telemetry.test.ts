import type { Entry, SpanFact } from '@costspan/ledger';
import { compileBook, formatPico, type PriceBook } from '@costspan/pricing';
import { describe, expect, test } from 'vitest';
import { fact, facts } from '../../../ledger/test/support/facts.ts';
import { applyRepricings, repricings } from '../../src/store/reprice.ts';
import { commitNs, dayNs, hourNs, openTestLedger, type TestLedger } from './support/engine.ts';

const ticket: readonly SpanFact[] = facts(`
  span | parent | item       | cost | bytes | start | end
  root |        | ticket T-1 |      | 1200  | 0     | 9
  llm  | root   | ticket T-1 | 0.18 | 3800  | 1     | 4
  http | llm    |            |      | 700   | 2     | 3
  sql  | root   |            |      | 300   | 5     | 6`);

const isTelemetry = ({ role }: Entry): boolean => role === 'telemetry';

/** `1 live ticket T-1: 0.1 for 4 spans`, of every version of every entry of telemetry. */
const versions = (ledger: TestLedger): readonly string[] => ledger.entries().filter(isTelemetry).map(line);

const line = ({ version, state, item, unattributedReason, amountPico, usage }: Entry): string =>
  `${version} ${state} ${item === undefined ? unattributedReason : `${item.type} ${item.id}`}: ${formatPico(amountPico)} for ${usage.telemetry_spans} spans`;

const total = (ledger: TestLedger): readonly string[] =>
  ledger.records().map(({ item, totalPico }) => `${item.type} ${item.id} ${formatPico(totalPico)}`);

describe('a ledger that books telemetry', () => {
  test('keeps it as an entry of the item and in its record', () => {
    const ledger = openTestLedger();
    ledger.commit(ticket);
    expect(versions(ledger)).toEqual(['1 live ticket T-1: 0.0000086 for 4 spans']);
    expect(ledger.records()).toMatchObject([
      {
        totalPico: 180_008_600_000n,
        byCategory: { llm: 180_000_000_000n, observability: 8_600_000n },
        usage: { requests: '1', telemetry_gb: '0.000006', telemetry_spans: '4' },
        spans: { priced: 1, estimated: 1 },
        complete: true,
      },
    ]);
    expect(ledger.verify()).toEqual([]);
  });

  test('writes nothing when spans come again, alone or together', () => {
    const ledger = openTestLedger();
    ledger.commit(ticket);
    ledger.commit(ticket);
    for (const each of ticket) ledger.commit([each]);
    expect(versions(ledger)).toEqual(['1 live ticket T-1: 0.0000086 for 4 spans']);
  });

  test('says the same however the spans come, and keeps what it said in between', () => {
    const ledger = openTestLedger();
    for (const each of ticket.toReversed()) ledger.commit([each]);
    expect(versions(ledger).toSorted()).toEqual([
      '1 void no-item: 0.00000203 for 1 spans',
      '1 void ticket T-1: 0.00000648 for 3 spans',
      '2 live ticket T-1: 0.0000086 for 4 spans',
      '2 void no-item: 0.0000041 for 2 spans',
    ]);
    expect(ledger.live().filter(isTelemetry).map(line)).toEqual(['2 live ticket T-1: 0.0000086 for 4 spans']);
    expect(total(ledger)).toEqual(['ticket T-1 0.1800086']);
    expect(ledger.verify()).toEqual([]);
  });

  test('books spans of nobody, and moves them when it turns out whose they are', () => {
    const ledger = openTestLedger();
    ledger.commit([fact({ span: 'http', parent: 'root', bytes: 1_000, start: 1 })]);
    expect(versions(ledger)).toEqual(['1 live no-item: 0.0000021 for 1 spans']);
    ledger.commit([fact({ span: 'root', item: 'claim C-1', bytes: 1_000, start: 0 })]);
    expect(versions(ledger).toSorted()).toEqual([
      '1 live claim C-1: 0.0000042 for 2 spans',
      '1 void no-item: 0.0000021 for 1 spans',
    ]);
    expect(total(ledger)).toEqual(['claim C-1 0.0000042']);
    expect(ledger.verify()).toEqual([]);
  });

  test('books nothing where spans are not measured', () => {
    const ledger = openTestLedger();
    ledger.commit(ticket.map(({ telemetry: _telemetry, ...rest }) => rest));
    expect(versions(ledger)).toEqual([]);
    expect(total(ledger)).toEqual(['ticket T-1 0.18']);
  });

  test('leaves it as it is once the trace has closed, and counts what came then', () => {
    const ledger = openTestLedger();
    ledger.commit(ticket);
    ledger.closeDue(commitNs + hourNs);
    const late = fact({ span: 'late', parent: 'root', item: 'ticket T-1', cost: '0.02', bytes: 500, start: 7 });
    ledger.commit([late, ...ticket.slice(2)], commitNs + 2n * hourNs);
    expect(versions(ledger)).toEqual(['1 live ticket T-1: 0.0000086 for 4 spans']);
    expect(total(ledger)).toEqual(['ticket T-1 0.2000086']);
    expect(ledger.engine.counters()).toMatchObject({ late_spans: 1, telemetry_after_close: 3 });
    expect(ledger.verify()).toEqual([]);
  });

  test('does not count again what was pruned', () => {
    const ledger = openTestLedger();
    ledger.commit(ticket);
    ledger.closeDue(commitNs + hourNs);
    ledger.closeDue(commitNs + 31n * dayNs);
    expect(ledger.entries()).toEqual([]);
    ledger.commit(ticket, commitNs + 32n * dayNs);
    expect(versions(ledger)).toEqual([]);
    expect(total(ledger)).toEqual(['ticket T-1 0.1800086']);
  });
});

const contract: PriceBook = {
  ...{ book: 'contract', version: '2', currency: 'USD', layer: 'contract' },
  prices: [
    {
      ...{ id: 'contract/gb', provider: 'vendor', match: { exact: 'traces' }, unit: 'telemetry_gb' },
      ...{ amount: '0.50', per: '1', status: 'contract' },
    },
  ],
};

/** Prices everything anew and returns how many entries changed. */
function reprice(ledger: TestLedger, nowNs: bigint): number {
  const compiled = compileBook([contract], { version: 'contract 2', sha256: 'ef'.repeat(32) });
  if (compiled.kind === 'invalid') throw new Error(JSON.stringify(compiled.issues));
  const where = { where: ({ fact: { observation } }: { readonly fact: SpanFact }) => observation?.role === 'telemetry' };
  const options = { fromNs: 0n, toNs: 2n ** 62n, book: compiled.book, reason: 'contract of June', ...where };
  const changed = [...repricings(ledger.file, options)].flatMap((each) => (each.kind === 'changed' ? [each.after] : []));
  return applyRepricings(ledger.engine, changed, nowNs);
}

describe('telemetry that is priced anew', () => {
  test.each([
    ['while its trace is open', 0n],
    ['after its trace has closed', 2n * hourNs],
  ])('%s gets a void and a new version, once', (_when, afterNs) => {
    const ledger = openTestLedger();
    ledger.commit(ticket);
    ledger.closeDue(commitNs + afterNs);
    expect(reprice(ledger, commitNs + afterNs)).toBe(1);
    expect(reprice(ledger, commitNs + afterNs)).toBe(0);
    expect(versions(ledger)).toEqual(['1 void ticket T-1: 0.0000086 for 4 spans', '2 live ticket T-1: 0.000003 for 4 spans']);
    expect(ledger.live().find(isTelemetry)).toMatchObject({
      repriced: { count: 1, reason: 'contract of June' },
      priceIds: ['contract/gb'],
      usage: { telemetry_gb: '0.000006', telemetry_spans: 4 },
    });
    expect(total(ledger)).toEqual(['ticket T-1 0.180003']);
    expect(ledger.verify()).toEqual([]);
  });

  test('keeps its new prices for spans that come afterwards, also by a ledger that was opened again', () => {
    for (const isReopened of [false, true]) {
      const ledger = openTestLedger();
      ledger.commit(ticket.slice(0, 3));
      if (isReopened) ledger.closeDue(commitNs);
      reprice(ledger, commitNs);
      ledger.commit(ticket);
      ledger.commit(ticket);
      expect(versions(ledger).at(-1)).toBe('3 live ticket T-1: 0.000003 for 4 spans');
      expect(ledger.live().find(isTelemetry)?.repriced).toEqual({ count: 1, reason: 'contract of June' });
      expect(ledger.verify()).toEqual([]);
    }
  });
});
