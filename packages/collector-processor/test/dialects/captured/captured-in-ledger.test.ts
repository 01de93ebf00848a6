import { decideTrace, type SpanFact } from '@costspan/ledger';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { withEntries } from '../../../../ledger/test/support/with-entries.ts';
import { costFactsOf, readPackedFacts } from '../../../src/facts/read-packed-facts.ts';
import { rewriteTraces } from '../../../src/otlp/rewrite-traces.ts';
import { visitLogRecords } from '../../../src/otlp/visit-log-records.ts';
import { createExplain } from '../../../src/stages/explain.ts';
import { createMeterLogs } from '../../../src/stages/meter-logs.ts';
import { testBook } from '../../stages/book.ts';
import { logsRequestOf } from '../../stages/log-records.ts';
import { requestOf } from '../../stages/spans.ts';
import { commitNs, hourNs, openTestLedger } from '../../store/support/engine.ts';
import { capturedSources, loadCaptured } from './tellings.ts';

const options = {
  book: testBook(),
  trust: { declaredCost: false, providerCost: false, billable: true },
  idFrom: ['session.id', 'conversation.id'],
  typeFrom: [],
};
const explain = createExplain({ ...options, rewriteTraces });
const meterLogs = createMeterLogs({ ...options, visitLogRecords });

/** Everything that the captured spans and log events of all sources say, source by source. */
const factsOf = (source: string): readonly SpanFact[] => {
  const { spans, logs = [] } = loadCaptured(source);
  const explained = explain(requestOf(spans), {});
  if (explained.kind === 'invalid') throw new Error(explained.problem);
  const metered = meterLogs(logsRequestOf(logs), {});
  const ofLogs = metered === undefined ? [] : readPackedFacts(metered.facts.bytes).flatMap(costFactsOf);
  return [...explained.spans.map(({ fact }) => fact), ...ofLogs];
};
const all = capturedSources.flatMap(factsOf);

const shown = ({ id, status, amountPico, duplicateOf }: Shown): string => `${id} ${status} ${amountPico} ${duplicateOf ?? ''}`;
type Shown = {
  readonly id: string;
  readonly status: string;
  readonly amountPico: bigint;
  readonly duplicateOf?: string;
};

/** What has to be in a ledger once all traces have closed. */
const expected = [...Map.groupBy(all, ({ traceId }) => traceId).values()]
  .flatMap((trace) =>
    withEntries(decideTrace(trace, { currency: 'USD', sumsStand: true })).spans.map(({ entry }) => shown(entry)),
  )
  .sort();

test('every captured span of every source, shuffled, split and sent again, gives one ledger', () => {
  expect(expected.length).toBeGreaterThan(150);
  const batches = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(
      fc.shuffledSubarray(all, { minLength: all.length }),
      fc.subarray(all, { maxLength: 40 }),
      batches,
      (order, again, sizes) => {
        const ledger = openTestLedger();
        const sent = [...order, ...again];
        for (let at = 0, batch = 0; at < sent.length; batch += 1) {
          const size = sizes[batch % sizes.length] ?? 1;
          ledger.commit(sent.slice(at, at + size));
          at += size;
        }
        ledger.closeDue(commitNs + 2n * hourNs);
        expect(ledger.live().map(shown).sort()).toEqual(expected);
        expect(ledger.verify()).toEqual([]);
      },
    ),
    { numRuns: 12 },
  );
});
