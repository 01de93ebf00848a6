import type { CostRecord } from '@costspan/ledger';
import { describe, expect, test } from 'vitest';
import { facts } from '../../../ledger/test/support/facts.ts';
import { redactRecord } from '../../src/store/redact-record.ts';
import { openTestLedger } from './support/engine.ts';

function recordOf(table: string): CostRecord {
  const ledger = openTestLedger();
  ledger.commit(facts(table));
  const [record] = ledger.records();
  if (record === undefined) throw new Error('no record');
  return record;
}

describe('a record without what people cost', () => {
  test.each([
    [
      'bounds that differ from the total may hold a part of it, and so may waste',
      `span | item       | category | cost  | waste | usage
       llm  | ticket T-1 | llm      | 0.18  | x     | input_text_tokens=5
       hum  | ticket T-1 | human    | ~0.45 |       | human_ms=1000 pages=3`,
      { totalPico: 180_000_000_000n, highPico: 180_000_000_000n, usage: { input_text_tokens: '5' }, complete: false },
      ['lowPico', 'wastePico'],
    ],
    [
      'people without a rate cost nothing known, but how long they worked is not told either',
      `span | item       | category | cost      | usage
       llm  | ticket T-1 | llm      | 0.18      | input_text_tokens=5
       hum  | ticket T-1 | human    | ?no-price | human_ms=1000`,
      { totalPico: 180_000_000_000n, usage: { input_text_tokens: '5' }, complete: false, withoutHuman: true },
      [],
    ],
  ])('%s', (_, table, told, withheld) => {
    const record = redactRecord(recordOf(table), ['human_amounts']);
    expect(record).toMatchObject(told);
    const absent = (['lowPico', 'highPico', 'wastePico', 'usage', 'spans'] as const).filter((key) => record[key] === undefined);
    expect(absent).toEqual(withheld);
  });

  test('is the record where no person worked', () => {
    const record = recordOf('span | item | category | cost\n llm | ticket T-1 | llm | 0.18');
    expect(redactRecord(record, ['human_amounts'])).toEqual({ ...record, redaction: ['human_amounts'] });
  });
});
