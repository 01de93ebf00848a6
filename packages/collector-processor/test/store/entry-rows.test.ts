import { expect, test } from 'vitest';
import { fact } from '../../../ledger/test/support/facts.ts';
import { traceVersionsMax } from '../../src/store/limits.ts';
import { hourNs, openTestLedger } from './support/engine.ts';

test('a trace without end takes no more once it is full: what comes then is counted and left out', () => {
  const ledger = openTestLedger();
  ledger.commit([fact({ span: 'a', item: 'ticket T-1', cost: '1' })]);
  const [{ recordedAtNs = 0n } = {}] = ledger.entries();
  ledger.closeDue(recordedAtNs + hourNs);
  // The first version under the last number a trace may use: as if all the others had been there.
  ledger.file.database.exec(`UPDATE versions SET version_key = version_key + ${traceVersionsMax - 2}`);
  ledger.commit([fact({ span: 'b', item: 'ticket T-1', cost: '2' })]);
  ledger.commit([fact({ span: 'c', item: 'ticket T-1', cost: '4' }), fact({ span: 'd', item: 'ticket T-1', cost: '8' })]);
  expect(ledger.live().map(({ spanName }) => spanName)).toEqual(['a', 'b']);
  expect(ledger.engine.counters()).toMatchObject({ late_spans: 1, spans_beyond_trace: 2 });
  expect(ledger.verify()).toEqual([]);
});
