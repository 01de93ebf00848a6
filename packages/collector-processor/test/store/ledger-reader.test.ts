import { mkdirSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { formatPico } from '@costspan/pricing';
import { describe, expect, onTestFinished, test } from 'vitest';
import { fact, facts } from '../../../ledger/test/support/facts.ts';
import { packFacts } from '../../src/facts/pack-facts.ts';
import { type LedgerReader, openLedgerReader } from '../../src/store/ledger-reader.ts';
import { openLedger } from '../../src/store/open-ledger.ts';
import { commitNs } from './support/engine.ts';
import { temporaryLedgerFile } from './support/temporary-ledger.ts';

async function readerOf(table: string): Promise<LedgerReader> {
  const file = temporaryLedgerFile();
  const ledger = await openLedger({
    file,
    currency: 'USD',
    completed: { ticket: ['resolved'] },
    clock: { nowNs: () => commitNs },
  });
  await ledger.commit(packFacts(facts(table)));
  await ledger.close();
  const reader = openLedgerReader(file);
  onTestFinished(() => reader.close());
  return reader;
}

const work = `
  span | trace | item       | category | cost           | waste | agent | model | dimensions  | outcome
  a    | t1    | ticket T-1 | llm      | 0.18           |       | one   | m-1   | team=red    | resolved
  b    | t1    | ticket T-1 | llm      | 0.02           | x     | one   | m-1   | team=red    |
  c    | t2    | claim T-1  | human    | ~0.45          |       | two   | m-2   | team=blue   |
  d    | t2    | claim T-1  | llm      | ?model-unknown |       |       | m-3   |             |
  e    | t3    |            | tool     | 0.06           |       |       | m-4   |             |`;

describe('sums of entries', () => {
  const byValue = (reader: LedgerReader, grouping: Parameters<LedgerReader['cells']>[0]): readonly string[] =>
    reader
      .cells(grouping)
      .map(({ value, category, status, waste, entries, amountPico, lowPico }) =>
        [value ?? '-', category, status, waste ? 'waste' : '', entries, formatPico(amountPico), formatPico(lowPico)].join(' '),
      );

  test('by agent, with those that have none', async () => {
    expect(byValue(await readerOf(work), { by: 'agent' })).toEqual([
      '- llm unpriced  1 0 0',
      '- tool priced  1 0.06 0.06',
      'one llm priced  1 0.18 0.18',
      'one llm priced waste 1 0.02 0.02',
      'two human estimated  1 0.45 0',
    ]);
  });

  test.each<[Parameters<LedgerReader['cells']>[0], readonly (string | undefined)[]]>([
    [{ by: 'model' }, ['openai/m-1', 'openai/m-2', 'openai/m-3', 'openai/m-4']],
    [{ by: 'provider' }, ['openai']],
    [{ by: 'type' }, [undefined, 'claim', 'ticket']],
    [{ by: 'outcome' }, [undefined, 'resolved']],
    [{ by: 'tenant' }, [undefined, 'default']],
    [{ by: 'status' }, ['estimated', 'priced', 'unpriced']],
    [{ by: 'category' }, ['human', 'llm', 'tool']],
    [{ by: 'quarter_hour' }, ['1780315200']],
    [{ by: 'dimension', key: 'team' }, [undefined, 'blue', 'red']],
    [{ by: 'dimension', key: 'no"such.key' }, [undefined]],
  ])('by %j', async (grouping, values) => {
    const cells = (await readerOf(work)).cells(grouping);
    expect([...new Set(cells.map(({ value }) => value))]).toEqual(values);
    expect(cells.reduce((sum, { amountPico }) => sum + amountPico, 0n)).toBe(710_000_000_000n);
  });

  test('stay exact however large', async () => {
    const rows = Array.from({ length: 20 }, (_, index) => `s${index} | 9999999999.999999999999`);
    const [cell] = (await readerOf(`span | cost\n${rows.join('\n')}`)).cells({ by: 'category' });
    expect(formatPico(cell?.amountPico ?? 0n)).toBe('199999999999.99999999998');
  });
});

test('tells what has no price and what has no item, by reason and source', async () => {
  const reader = await readerOf(work);
  expect(reader.gaps('unpriced')).toEqual([
    { reason: 'model-unknown', category: 'llm', provider: 'openai', model: 'm-3', entries: 1, unpriced: 1, amountPico: 0n },
  ]);
  expect(reader.gaps('unattributed')).toEqual([
    {
      reason: 'no-item',
      category: 'tool',
      provider: 'openai',
      model: 'm-4',
      entries: 1,
      unpriced: 0,
      amountPico: 60_000_000_000n,
    },
  ]);
});

test('finds items by id, in any type and tenant unless told', async () => {
  const reader = await readerOf(work);
  const types = (found: ReturnType<LedgerReader['findItem']>): readonly string[] => found.map(({ item }) => item.type);
  expect(types(reader.findItem({ id: 'T-1' }))).toEqual(['claim', 'ticket']);
  expect(types(reader.findItem({ id: 'T-1', type: 'ticket' }))).toEqual(['ticket']);
  expect(types(reader.findItem({ id: 'T-1', tenant: 'other' }))).toEqual([]);
  expect(types(reader.findItem({ id: 'T-2' }))).toEqual([]);
});

test('has the entries of an item in time order and those of no item', async () => {
  const reader = await readerOf(work);
  expect(reader.entriesOf({ tenant: 'default', type: 'ticket', id: 'T-1' }).map(({ spanName }) => spanName)).toEqual(['a', 'b']);
  expect(reader.unattributed(10).map(({ spanName }) => spanName)).toEqual(['e']);
  expect(reader.unattributed(0)).toEqual([]);
});

test('knows what the service was configured with', async () => {
  const { header } = await readerOf(work);
  expect(header).toMatchObject({ currency: 'USD', schema: 1, completed: { ticket: ['resolved'] }, counters: { late_spans: 0 } });
});

test('a ledger that is right verifies; one somebody edited does not, and the problem is named', async () => {
  const file = temporaryLedgerFile();
  const ledger = await openLedger({ file, currency: 'USD' });
  await ledger.commit(
    packFacts([fact({ span: 'a', item: 'ticket T-1', cost: '0.18' }), fact({ span: 'b', item: 'ticket T-2', cost: '1' })]),
  );
  await ledger.close();
  const verify = (): readonly string[] => {
    const reader = openLedgerReader(file);
    const { problems, problemCount, entries, items } = reader.verify();
    reader.close();
    expect([entries, items, problemCount]).toEqual([2, 2, problems.length]);
    return problems;
  };
  expect(verify()).toEqual([]);
  const edits: readonly (readonly [string, RegExp])[] = [
    [
      'UPDATE versions SET amount_pico = 1 WHERE amount_whole = 0',
      /its row says 0\.000000000001, its receipt and decision make 0\.18/,
    ],
    [
      // The total in pico: a varint.
      "UPDATE items SET contribution = unhex(replace(hex(contribution), '008090D8C69E05', '0080D887E7C305')) WHERE id = 'T-1'",
      /ticket T-1: its record says 0\.19, its traces make 0\.18/,
    ],
    // Quantity and cost of the line, a length and a text each.
    ["UPDATE versions SET fact = unhex(replace(hex(fact), '01310131', '01310132'))", /its receipt says 1, its lines make 2/],
    [
      'UPDATE versions SET voided_at_ns = 1 WHERE amount_whole = 1',
      /ticket T-2: trace 1 is booked with 1, its live entries make 0/,
    ],
    [
      'UPDATE traces SET item_key = NULL, contribution = NULL WHERE item_key = 1',
      /belongs to an item that its trace is not booked with/,
    ],
    ["INSERT INTO settings VALUES ('traces_indexed_to', '1')", /trace [0-9a-f]{32} of default: the index does not find it/],
    [
      "INSERT INTO traces SELECT 7, tenant, trace_id, 'closed', 0, 0, 0, '{}', 1, NULL, NULL, NULL FROM traces",
      /trace [0-9a-f]{32} of default: has two rows/,
    ],
  ];
  for (const [sql, problem] of edits) {
    const database = new DatabaseSync(file);
    database.exec(sql);
    database.close();
    expect(verify().join('\n')).toMatch(problem);
  }
});

describe('what cannot be read is refused with what to do', () => {
  test.each<[string, (file: string) => void | Promise<void>, RegExp]>([
    ['no file', () => {}, /there is no such ledger; start `costspan serve`, or name the file with --ledger/],
    ['a folder', (file) => void mkdirSync(file), /cannot be opened as a ledger/],
    ['text', (file) => writeFileSync(file, 'hello '.repeat(500)), /is not a ledger: it is no SQLite file/],
    ['an empty file', (file) => writeFileSync(file, ''), /is not a ledger/],
    [
      'a newer ledger',
      async (file) => {
        await (await openLedger({ file, currency: 'USD' })).close();
        const database = new DatabaseSync(file);
        database.exec('PRAGMA user_version = 2');
        database.close();
      },
      /was written by a newer costspan \(schema 2, this one knows 1\)/,
    ],
  ])('%s', async (_name, make, message) => {
    const file = temporaryLedgerFile();
    await make(file);
    expect(() => openLedgerReader(file)).toThrow(
      expect.objectContaining({ code: 'ledger-unusable', message: expect.stringMatching(message) }),
    );
  });
});
