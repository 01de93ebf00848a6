import { DatabaseSync } from 'node:sqlite';
import { openLedger, packFacts } from '@costspan/collector-processor';
import { describe, expect, test } from 'vitest';
import { facts } from '../../../ledger/test/support/facts.ts';
import { registerItemCommand } from '../../src/commands/item.ts';
import { registerLedgerCommand } from '../../src/commands/ledger.ts';
import { ledgerWith } from '../support/ledger-with.ts';
import { runCommand } from '../support/run-command.ts';

/** The parent that names the item comes in a second request: until then the first entry belongs to no item. */
const requests = [
  facts('span | parent | cost | agent | start\n chat | root | 0.18 | refunds | 1'),
  facts(`
    span   | parent | item       | outcome  | dimensions | category | role      | cost           | waste | scope | call | handoff | touchMs | usage                                   | start
    root   |        | ticket T-1 | resolved | team=red   |          |           |                |       |       |      |         |         |                                         | 0
    agent  | root   |            |          |            | llm      | aggregate | 0.30           |       | other |      |         |         |                                         | 2
    again  | root   |            |          |            | llm      | attempt   | ~0.02          | x     |       |      |         |         |                                         | 3
    mine   | root   |            |          |            | llm      |           | 0.04           |       |       | r1   |         |         | input_text_tokens=1200 output_text_tokens=1 | 4
    theirs | root   |            |          |            | llm      |           | 0.05           |       | other | r1   |         |         | input_text_tokens=1200                  | 5
    odd    | root   |            |          |            | llm      |           | ?model-unknown |       |       |      |         |         |                                         | 6
    review | root   |            |          |            | human    | handoff   | 0.45           |       |       |      | h1      | 450000  |                                         | 7`),
];

async function item(...args: readonly string[]): Promise<string> {
  const file = await ledgerWith(requests);
  return (await runCommand(registerItemCommand, 'item', 'T-1', '--ledger', file, ...args)).replaceAll(file, 'costspan.db');
}

describe('the path of an item', () => {
  test('tells every step in time order, what it cost and why, and what was left out', async () => {
    const text = (await item()).replace(/emitter [0-9a-f-]{36}/, 'emitter E');
    expect(`\n${text}`).toBe(`
ticket T-1, tenant default
outcome resolved at 2026-06-01 12:00:01 · open
from 2026-06-01 12:00:00 to 2026-06-01 12:00:08 UTC (8 s) · amounts in USD
team=red
ledger costspan.db · emitter E · revision 1780401600000000

time (UTC)    category  step              provider/model  status              cost
──────────────────────────────────────────────────────────────────────────────────
12:00:01.000  llm       chat              openai/gpt-5    priced            0.1800
              1 requests at 0.18 per 1 = 0.18, price openai/requests
              version 2 of 2026-06-02 12:00:00
              trace 00000000000000000000007472616365 span 0000000063686174 · agent refunds · item from an ancestor
12:00:02.000  llm       aggregate: agent  openai/gpt-5    aggregate              -
              repeats what the spans below it carry, so it is not priced
              trace 00000000000000000000007472616365 span 0000006167656e74 · item from an ancestor
12:00:03.000  llm       attempt: again    openai/gpt-5    estimated, waste  0.0200
              1 requests at 0.02 per 1 = 0.02, price openai/requests
              trace 00000000000000000000007472616365 span 000000616761696e · item from an ancestor
12:00:04.000  llm       mine              openai/gpt-5    priced            0.0400
              1 input_text_tokens at 0.04 per 1 = 0.04, price openai/input_text_tokens
              trace 00000000000000000000007472616365 span 000000006d696e65 · item from an ancestor
12:00:05.000  llm       theirs            openai/gpt-5    duplicate              -
              the same call is priced in entry 00000000000074726163652f6d696e65, so this one is not
              trace 00000000000000000000007472616365 span 0000746865697273 · item from an ancestor
12:00:06.000  llm       odd               openai/gpt-5    unpriced               ?
              1 requests has no price: model-unknown
              trace 00000000000000000000007472616365 span 00000000006f6464 · item from an ancestor
12:00:07.000  human     handoff: review   openai/gpt-5    priced            0.4500
              1 requests at 0.45 per 1 = 0.45, price openai/requests
              reviewer, worked 7 min 30 s
              trace 00000000000000000000007472616365 span 0000726576696577 · item from an ancestor

total 0.6900 USD, of which waste 0.0200, between 0.6700 and 0.6900, 1 without a price, so this is a lower bound
book not loaded: 2026-06-01 (sha256 abababababab); name its files with --book to see where its prices are from
`);
  });

  test('as JSON is the record, every version of every entry, and every price', async () => {
    const lines = (await item('--json'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(
      lines.map(({ kind, span_name, version, state }) => [kind, span_name, version, state].filter(Boolean).join(' ')),
    ).toEqual([
      'record open',
      'entry chat 2 live',
      'entry agent 1 live',
      'entry again 1 live',
      'entry mine 1 live',
      'entry theirs 1 live',
      'entry odd 1 live',
      'entry review 1 live',
      'price',
      'price',
    ]);
    expect(lines.at(-1)).toEqual({
      ...{ kind: 'price', price_id: 'openai/input_text_tokens', loaded: false },
      priced_with: { version: '2026-06-01', sha256: 'ab'.repeat(32) },
    });
    expect(lines[0]).toMatchObject({ id: 'T-1', total: '0.69', low: '0.67', waste: '0.02', complete: false });
    expect(lines[5]).toMatchObject({ status: 'duplicate', duplicate_of: lines[4].id, amount: '0' });
  });

  test('can be verified', async () => {
    expect(await item('--verify')).toContain('verified: the record is the sum of its 7 live entries\n');
  });
});

test('a version without a price is not 0 when another one replaces it', async () => {
  const row = 'span | item | cost | end';
  const file = await ledgerWith([facts(`${row}\n a | ticket T-1 | ?no-price | 5`), facts(`${row}\n a | ticket T-1 | 0.18 | 6`)]);
  const text = await runCommand(registerItemCommand, 'item', 'T-1', '--ledger', file);
  expect(text).toMatch(/ void, unpriced +\(\?\)\n/);
  expect(text).toMatch(/ priced +0\.1800\n/);
});

test('what is left of deleted entries is in the total, said beside it, and verified', async () => {
  const file = await ledgerWith([]);
  let nowNs = 1_780_401_600_000_000_000n;
  const ledger = await openLedger({ file, currency: 'USD', clock: { nowNs: () => nowNs } });
  await ledger.commit(packFacts(facts('span | item | cost\n a | ticket T-1 | 0.18\n b | ticket T-1 | ?no-price')));
  nowNs += 40n * 86_400n * 1_000_000_000n;
  await ledger.closeDue(nowNs);
  const text = async (): Promise<string> => await runCommand(registerItemCommand, 'item', 'T-1', '--ledger', file, '--verify');
  expect(await text()).toMatch(
    /USD\nledger [^\n]*\n\ntotal 0\.1800 USD, 1 without a price, so this is a lower bound\nEntries [^\n]* were deleted: 0\.1800 of the total is theirs\.\nverified: the record is the sum of its 0 live entries and of what was kept of deleted ones\n$/,
  );
  await ledger.commit(packFacts(facts('span | item | cost | start\n c | ticket T-1 | 1 | 3455990', { trace: 'new' })));
  await ledger.close();
  expect(await text()).toMatch(
    /\ntotal 1\.1800 USD, 1 without a price[^\n]*\n[^\n]*: 0\.1800 of the total is theirs\.\n[^\n]*\nverified: the record is the sum of its 1 live/,
  );
});

test('a record that is not the sum of its entries fails verification, of the item and of the ledger', async () => {
  const file = await ledgerWith(requests);
  expect(await runCommand(registerLedgerCommand, 'ledger', 'verify', '--ledger', file)).toMatch(
    /1 records are the sums of their 8 entries; the file is sound/,
  );
  const database = new DatabaseSync(file);
  database.exec('UPDATE versions SET voided_at_ns = 1 WHERE kind_key IN (SELECT kind_key FROM kinds WHERE waste = 1)');
  database.close();
  await expect(runCommand(registerItemCommand, 'item', 'T-1', '--ledger', file, '--verify')).rejects.toThrow(
    'total: the record says 0.69, its entries make 0.67',
  );
  await expect(runCommand(registerLedgerCommand, 'ledger', 'verify', '--ledger', file)).rejects.toThrow(
    'ticket T-1: trace 1 is booked with 0.69, its live entries make 0.67',
  );
});

test('steps of different days say the day', async () => {
  const file = await ledgerWith([facts('span | item | cost | start\n a | ticket T-1 | 1 | 0\n b | ticket T-1 | 2 | 90000')]);
  const text = await runCommand(registerItemCommand, 'item', 'T-1', '--ledger', file);
  expect(text).toContain('2026-06-01 12:00:00.000  llm');
  expect(text).toContain('2026-06-02 13:00:00.000  llm');
  expect(text).toContain('(25 h 0 min)');
});

test('an id that several items have lists them; one can be chosen', async () => {
  const file = await ledgerWith([facts('span | trace | item | cost\n a | t1 | ticket X-1 | 1\n b | t2 | claim X-1 | 2')]);
  const find = (...args: readonly string[]): Promise<string> =>
    runCommand(registerItemCommand, 'item', 'X-1', '--ledger', file, ...args);
  await expect(find()).rejects.toThrow(
    'item: 2 work items have the id "X-1"; say which with\n  --tenant default --type claim\n  --tenant default --type ticket',
  );
  expect(await find('--type', 'claim')).toContain('total 2.0000 USD');
});

test('the total has every digit, where the table leaves some out', async () => {
  const file = await ledgerWith([facts('span | item | cost\n a | ticket X-1 | 1234.00004625')]);
  expect(await runCommand(registerItemCommand, 'item', 'X-1', '--ledger', file)).toContain(
    'total 1,234.0000 USD, exactly 1,234.00004625\n',
  );
});

test('an unknown id is a clear error', async () => {
  const file = await ledgerWith(requests);
  await expect(runCommand(registerItemCommand, 'item', 'T-9', '--ledger', file)).rejects.toThrow(
    `item: ${file} has no work item "T-9"; \`costspan report\` lists those it has`,
  );
});
