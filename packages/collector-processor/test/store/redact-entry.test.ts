import { expect, test } from 'vitest';
import { fact } from '../../../ledger/test/support/facts.ts';
import { redactEntry } from '../../src/store/redact-entry.ts';
import { openTestLedger } from './support/engine.ts';

test('what telemetry cost does not leave without rates: whoever gets the spans can measure them', () => {
  const ledger = openTestLedger();
  ledger.commit([fact({ span: 'a', item: 'ticket T-1', bytes: 1_000 })]);
  const [entry] = ledger.live();
  if (entry === undefined) throw new Error('no entry');
  expect(entry).toMatchObject({ role: 'telemetry', amountPico: 2_100_000n, usage: { telemetry_spans: 1 } });
  const redacted = redactEntry(entry, ['rates']);
  expect(redacted).toMatchObject({ role: 'telemetry', usage: {}, priceIds: [], redaction: ['rates'] });
  expect([redacted.amountPico, redacted.lowPico, redacted.highPico]).toEqual([undefined, undefined, undefined]);
  expect(redactEntry(entry, ['human_amounts'])).toEqual({ ...entry, redaction: ['human_amounts'] });
});
