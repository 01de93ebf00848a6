import { describe, expect, test } from 'vitest';
import { facts } from '../../../ledger/test/support/facts.ts';
import { registerReportCommand } from '../../src/commands/report.ts';
import { ledgerWith } from '../support/ledger-with.ts';
import { runCommand } from '../support/run-command.ts';

const ticket = (id: string, outcome: string): ReturnType<typeof facts> =>
  facts(
    `span  | item        | category      | role    | cost | waste | outcome    | agent | dimensions
     calls | ticket ${id} | llm           |         | 0.18 |       |            | one   | team=red
     looks | ticket ${id} | embedding     |         | 0.08 |       |            | one   | team=red
     retry | ticket ${id} | llm           | attempt | 0.02 | x     |            | one   | team=red
     human | ticket ${id} | human         | handoff | 0.45 |       |            |       | team=blue
     crm   | ticket ${id} | tool          | tool    | 0.06 |       |            |       |
     spans | ticket ${id} | observability |         | 0.03 |       | ${outcome} |       |`,
    { trace: `trace-${id}` },
  );

const claim = facts(
  `span    | item      | category | cost           | model     | outcome
   model   | claim C-1 | llm      | 5              | gpt-5     | processed
   unknown | claim C-1 | llm      | ?model-unknown | mystery-1 |
   maybe   | claim C-1 | llm      | ~0.5           | gpt-5     |
   search  | claim C-1 | vector   | ?no-price      | store     |`,
  { trace: 'trace-claim' },
);

const stray = facts('span | category | cost | model\n lost | tool | 0.12 | charge', { trace: 'trace-stray' });

const requests = [ticket('T-1', 'resolved'), ticket('T-2', 'escalated'), claim, stray];

async function report(...args: readonly string[]): Promise<string> {
  const file = await ledgerWith(requests);
  return (await runCommand(registerReportCommand, 'report', '--ledger', file, ...args)).replaceAll(file, 'costspan.db');
}

describe('the report', () => {
  test('has a row per item, cost per unit, what has no price, what has no item and what nobody measured', async () => {
    expect(`\n${await report()}`).toBe(`
What did it cost, by item
ledger costspan.db · amounts in USD · times in UTC
period 2026-06-01 12:00:00 to 2026-06-01 12:00:06 · 3 work items · basis: usage

work item            llm  embedding  vector    tool   human  observability       total  of which waste     low    high  outcome
─────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
claim C-1     5.5000 +1?          -      1?       -       -              -  5.5000 +2?               -  5.0000  5.5000  processed
ticket T-1    0.2000         0.0800     -    0.0600  0.4500         0.0300  0.8200              0.0200                  resolved
ticket T-2    0.2000         0.0800     -    0.0600  0.4500         0.0300  0.8200              0.0200                  escalated
3 work items  5.9000 +1?     0.1600      1?  0.1200  0.9000         0.0600  7.1400 +2?          0.0400  6.6400  7.1400
share %            82.63       2.24       ?    1.68   12.61           0.84      100.00            0.56

"+2?" means: and two spans without a price, so the amount is a lower bound.
"≥" means: at least, because some spans behind the figure have no price.
low and high: what the total can be where it rests on estimates.

Cost per unit of work: the cost of all items of a type by the number completed, USD
type    attempted  completed      rate  cost per completed unit       per attempted  visible (llm)   hidden   waste
───────────────────────────────────────────────────────────────────────────────────────────────────────────────────
claim           1          1  100.00 %  ≥ 5.5000 per processed claim       ≥ 5.5000       100.00 %   0.00 %  0.00 %
ticket          2          1   50.00 %  1.6400 per resolved ticket           0.8200        24.39 %  75.61 %  2.44 %

how it is known             spans     USD  can be
───────────────────────────────────────────────────────────
no price                        2       ?
estimated                       1  0.5000  0.0000 to 0.5000
exact, from the price book     13  6.6400
Priced share of seen spans: 88.24 % (15 of 17). Reconciled with invoices: no.

Not priced, so missing from the totals
reason         spans  from
──────────────────────────────────────────────
model-unknown      1  llm openai/mystery-1 (1)
no-price           1  vector openai/store (1)

No work item is known for these, so no item has their cost
reason   spans     USD  from
──────────────────────────────────────────────
no-item      1  0.1200  tool openai/charge (1)

Not measured: infrastructure, compliance, training, other. No span fed them, so what they cost is unknown, not 0.
`);
  });

  test.each<[string, readonly string[]]>([
    ['agent', ['one ', '(none)', 'total']],
    ['model', ['openai/charge', 'openai/gpt-5', 'openai/mystery-1', 'openai/store']],
    ['outcome', ['escalated', 'processed', 'resolved', '(none)']],
    ['type', ['claim', 'ticket', '(none)']],
    ['day', ['2026-06-01']],
    ['dimension:team', ['blue', 'red', '(none)']],
  ])('by %s has a row per value', async (by, names) => {
    const text = await report('--by', by);
    const rows = text.split('\n').filter((line) => names.some((name) => line.startsWith(name)));
    expect(rows.length).toBeGreaterThanOrEqual(names.length);
  });

  test('never writes what has no price as 0: of no item, below an item, of a type, partly known', async () => {
    const file = await ledgerWith([
      facts('span | category | cost | model\n lost | tool | ?no-price | charge', { trace: 'trace-lost' }),
      facts('span | item | cost | parentItem\n own | case P | 1 |', { trace: 'trace-parent' }),
      facts('span | item | cost | parentItem\n below | ticket C | ?model-unknown | P', { trace: 'trace-child' }),
    ]);
    const text = await runCommand(registerReportCommand, 'report', '--ledger', file);
    const rows = text.split('\n').map((line) => line.trim().split(/ {2,}/));
    const row = (head: string): readonly string[] | undefined => rows.find(([first]) => first === head);
    expect(row('case P')).toEqual(['case P', '1.0000', '1.0000', '-', '1.0000 +1?', '(open)']);
    expect(row('ticket')?.slice(0, 6)).toEqual(['ticket', '1', '0', '0.00 %', 'none completed', '?']);
    expect(row('no-item')).toEqual(['no-item', '1', '1?', 'tool openai/charge (1)']);
    expect(text).toContain('Priced share of seen spans: 33.33 % (1 of 3).');
    const json = await runCommand(registerReportCommand, 'report', '--ledger', file, '--json');
    expect(json).toContain('"with_children":"1","with_children_unpriced_spans":1');
    expect(json).toContain('"model":"charge","spans":1,"unpriced_spans":1,"amount":"0"');
  });

  test('shows the dearest items first and counts the rest', async () => {
    const text = await report('--limit', '1');
    expect(text).toContain('claim C-1');
    expect(text).not.toContain('ticket T-1');
    expect(text).toContain('2 cheaper work items not shown but in the total');
    expect(text).toContain('3 work items  5.9000 +1?');
  });

  test('counts as completed what it is told to', async () => {
    expect(await report('--completed', 'ticket=resolved,escalated')).toMatch(
      /ticket +2 +2 +100\.00 % +0\.8200 per completed ticket/,
    );
  });

  test('says that nothing has been recorded yet', async () => {
    const file = await ledgerWith([]);
    expect(await runCommand(registerReportCommand, 'report', '--ledger', file)).toContain('Nothing has been recorded yet.');
  });

  test('cannot be made to write control characters to a terminal', async () => {
    const [hostile] = facts('span | item | cost\n a | ticket T-1 | 1').map((each) => ({
      ...each,
      item: { type: 'ticket', id: 'T-\u001b[2J\u202eevil', source: 'span' as const },
    }));
    const file = await ledgerWith([hostile === undefined ? [] : [hostile]]);
    const text = await runCommand(registerReportCommand, 'report', '--ledger', file);
    expect(text).toContain('ticket T-?[2J?evil');
    expect(text).not.toContain('\u001b');
  });

  test.each([
    ['JPY', '1234', '1,234.00'],
    ['VND', '25000000', '25,000,000'],
    ['KWD', '0.12345', '0.12345'],
    ['CLF', '0.000123', '0.000123'],
    ['USD', '0.0000001', '<0.0001'],
    ['USD', '10000000', '10,000,000.00'],
  ])('writes %s %s as %s', async (currency, cost, written) => {
    const file = await ledgerWith([facts(`span | item | cost | currency\n a | ticket T-1 | ${cost} | ${currency}`)], currency);
    const text = await runCommand(registerReportCommand, 'report', '--ledger', file);
    expect(
      text
        .split('\n')
        .find((line) => line.startsWith('ticket T-1'))
        ?.split(/ {2,}/)[1],
    ).toBe(written);
    const json = await runCommand(registerReportCommand, 'report', '--ledger', file, '--json');
    expect(json).toContain(`"kind":"total","total":"${cost}"`);
  });
});

describe('a period', () => {
  // T-1 is used on both days and ends on the second, T-2 is used and ends on the first, T-3 never ends.
  const days = facts(
    `span | trace | item       | start  | end    | cost | waste | outcome
     a    | t1    | ticket T-1 | 0      | 1      | 0.30 |       |
     b    | t1    | ticket T-1 | 50000  | 50001  | 0.50 | x     | resolved
     c    | t2    | ticket T-2 | 100    | 101    | 0.10 |       | resolved
     d    | t3    | ticket T-3 | 200    | 201    | 0.07 |       |
     e    | t4    |            | 300    | 301    | 0.01 |       |`,
  );
  const lines = async (...args: readonly string[]): Promise<readonly Record<string, unknown>[]> => {
    const file = await ledgerWith([days]);
    const text = await runCommand(registerReportCommand, 'report', '--ledger', file, '--json', ...args);
    return text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  };
  const only = (all: readonly Record<string, unknown>[], kind: string, ...keys: readonly string[]): readonly unknown[] =>
    all.filter((line) => line['kind'] === kind).map((line) => keys.map((key) => line[key]));

  test('by usage has the cost of the period, and completes what ended in it', async () => {
    const first = await lines('--period', '2026-06-01');
    expect(only(first, 'item', 'id', 'total')).toEqual([
      ['T-1', '0.3'],
      ['T-2', '0.1'],
      ['T-3', '0.07'],
    ]);
    expect(only(first, 'total', 'total', 'waste')).toEqual([['0.47', '0']]);
    expect(only(first, 'type', 'attempted', 'completed', 'per_completed')).toEqual([[3, 1, '0.47']]);
    expect(only(first, 'unattributed', 'reason', 'amount')).toEqual([['no-item', '0.01']]);

    const second = await lines('--period', '2026-06-02');
    expect(only(second, 'item', 'id', 'total', 'waste')).toEqual([['T-1', '0.5', '0.5']]);
    expect(only(second, 'type', 'attempted', 'completed', 'per_completed')).toEqual([[1, 1, '0.5']]);
    expect(only(second, 'report', 'basis', 'from_ns', 'to_ns')).toEqual([
      ['usage', '1780358400000000000', '1780444800000000000'],
    ]);
  });

  test('by completion has every cost of what ended in it', async () => {
    const second = await lines('--period', '2026-06-02', '--basis', 'completed');
    expect(only(second, 'item', 'id', 'total', 'waste')).toEqual([['T-1', '0.8', '0.5']]);
    expect(only(second, 'type', 'attempted', 'completed', 'per_completed')).toEqual([[1, 1, '0.8']]);
    expect(only(second, 'unattributed')).toEqual([]);
    const both = await lines('--basis', 'completed');
    expect(only(both, 'item', 'id')).toEqual([['T-1'], ['T-2']]);
    expect(only(both, 'status', 'status', 'amount')).toEqual([['priced', '0.9']]);
  });

  test('is of days of the time zone', async () => {
    // The second day of Kiritimati begins at 10:00 UTC of the first, before any of them, and ends after all of them.
    const second = await lines('--period', '2026-06-02', '--time-zone', 'Pacific/Kiritimati', '--by', 'day');
    expect(only(second, 'group', 'value', 'total')).toEqual([['2026-06-02', '0.98']]);
    const all = await lines('--by', 'day');
    expect(only(all, 'group', 'value', 'total')).toEqual([
      ['2026-06-01', '0.48'],
      ['2026-06-02', '0.5'],
    ]);
  });

  test('is said in the header', async () => {
    const file = await ledgerWith([days]);
    const args = ['--from', '2026-06-01T12:00', '--time-zone', 'Europe/Berlin', '--by', 'week', '--basis', 'completed'];
    const text = await runCommand(registerReportCommand, 'report', '--ledger', file, ...args);
    expect(text.split('\n').slice(0, 3)).toEqual([
      'What did it cost, by week',
      `ledger ${file} · amounts in USD · times in Europe/Berlin`,
      'period from 2026-06-01 12:00:00 on · 2 work items · basis: completed (items by when they ended, with all of their cost)',
    ]);
    expect(text).toMatch(/^2026-W23 +0\.9000/m);
  });

  test('without anything says so', async () => {
    const file = await ledgerWith([days]);
    expect(await runCommand(registerReportCommand, 'report', '--ledger', file, '--period', '2025')).toContain(
      'Nothing was recorded in this period.',
    );
  });
});

test('a unit is correct when a dimension says so; what nobody judged is not', async () => {
  const judged = facts(
    `span | trace | item       | cost | outcome   | dimensions
     a    | t1    | claim C-1  | 0.30 | processed | audit=passed
     b    | t2    | claim C-2  | 0.50 | processed | audit=failed
     c    | t3    | claim C-3  | 0.40 | processed |
     d    | t4    | ticket T-1 | 0.10 | resolved  |`,
  );
  const file = await ledgerWith([judged]);
  const text = await runCommand(registerReportCommand, 'report', '--ledger', file, '--correct', 'claim:audit=passed');
  expect(text).toMatch(/^claim .* 1\.2000 \(1 of 2 judged\)/m);
  expect(text).toMatch(/^ticket .* not measured/m);
});

describe('for machines', () => {
  test('JSON lines have exact amounts, and every part of the report', async () => {
    const lines = (await report('--json'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map(({ kind }) => kind)).toEqual([
      'report',
      ...['item', 'item', 'item'],
      'total',
      ...['type', 'type'],
      ...['status', 'status', 'status'],
      ...['unpriced', 'unpriced', 'unattributed'],
      ...['not_measured', 'not_measured', 'not_measured', 'not_measured'],
    ]);
    expect(lines[0]).toMatchObject({
      by: 'item',
      basis: 'usage',
      currency: 'USD',
      time_zone: 'UTC',
      items: 3,
      ledger: 'costspan.db',
    });
    expect(lines[2]).toMatchObject({
      type: 'ticket',
      id: 'T-1',
      total: '0.82',
      waste: '0.02',
      by_category: { llm: '0.2', human: '0.45' },
    });
    expect(lines[4]).toMatchObject({ total: '7.14', low: '6.64', unpriced_spans: 2, complete: false });
    expect(lines[4].by_category).not.toHaveProperty('vector');
    expect(lines[5]).toMatchObject({ type: 'claim', per_completed: '5.5', shares: { visible: '100.00', hidden: '0.00' } });
  });

  test('CSV has one column per category, empty where nothing is known', async () => {
    expect(await report('--csv')).toBe(
      [
        'tenant,type,id,parent_id,outcome,state,currency,llm,embedding,vector,tool,human,infrastructure,observability,compliance,training,other,total,waste,low,high,spans,unpriced_spans',
        'default,claim,C-1,,processed,open,USD,5.5,,,,,,,,,,5.5,0,5,5.5,4,2',
        'default,ticket,T-1,,resolved,open,USD,0.2,0.08,,0.06,0.45,,0.03,,,,0.82,0.02,0.82,0.82,6,0',
        'default,ticket,T-2,,escalated,open,USD,0.2,0.08,,0.06,0.45,,0.03,,,,0.82,0.02,0.82,0.82,6,0',
        '',
      ].join('\r\n'),
    );
  });

  test('CSV has no amount where nothing is known, and no formula that a sender made up', async () => {
    const file = await ledgerWith([facts('span | item | cost\n a | ticket =1+1 | ?no-price')]);
    const [, row] = (await runCommand(registerReportCommand, 'report', '--ledger', file, '--csv')).split('\r\n');
    expect(row).toBe("default,ticket,'=1+1,,,open,USD,,,,,,,,,,,,,,,1,1");
  });

  test('CSV quotes what needs quoting', async () => {
    const file = await ledgerWith([facts('span | item | cost | model\n a | ticket T-1 | 1 | a"b,c')]);
    expect(await runCommand(registerReportCommand, 'report', '--ledger', file, '--by', 'model', '--csv')).toContain(
      '"openai/a""b,c",USD,1,',
    );
  });

  test.each([
    ['=cmd|calc!A1', "'=cmd|calc!A1"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['+1+1', "'+1+1"],
    ['-42', '-42'],
    ['\u0009=1', '?=1'],
    ['\u001b[31mred', '?[31mred'],
    ['T-1', 'T-1'],
  ])('CSV of an id %j runs in no spreadsheet and no terminal', async (id, cell) => {
    const renamed = facts('span | item | cost\n a | ticket T-1 | 1').map((each) => ({
      ...each,
      item: { type: 'ticket', id, source: 'span' as const },
    }));
    const file = await ledgerWith([renamed]);
    const csv = await runCommand(registerReportCommand, 'report', '--ledger', file, '--csv');
    expect(csv.split('\r\n')[1]?.split(',')[2]).toBe(cell);
  });
});

test.each<[readonly string[], RegExp]>([
  [['--by', 'colour'], /expected item, type, outcome, agent, .* or dimension:KEY/],
  [['--by', 'dimension:'], /or dimension:KEY/],
  [['--completed', 'ticket'], /expected TYPE=OUTCOME/],
  [['--limit', '0'], /expected a number above 0/],
  [['--json', '--csv'], /cannot be used with/],
  [['--html', 'page.html', '--json'], /cannot be used with/],
  [['--period', '2026-06', '--from', '2026-06-01'], /cannot be used with/],
  [['--basis', 'invoice'], /Allowed choices are usage, completed/],
  [['--time-zone', 'Europe/Bonn'], /expected a time zone like Europe\/Berlin or UTC, found "Europe\/Bonn"/],
  [['--from', 'yesterday'], /--from: expected a day like 2026-06-01 or a time like 2026-06-01T14:30, found "yesterday"/],
  [['--from', '2026-02-30'], /--from: .* found "2026-02-30", which no calendar has/],
  [['--period', '2026-13'], /--period: .* found "2026-13", which no calendar has/],
  [['--from', '2026-06-02', '--to', '2026-06-02'], /--to: expected a time after --from 2026-06-02, found 2026-06-02/],
  [['--correct', 'ticket:audit'], /expected TYPE:DIMENSION=VALUE/],
])('refuses %j', async (args, message) => {
  await expect(runCommand(registerReportCommand, 'report', ...args)).rejects.toThrow(message);
});

test('says where it looked when there is no ledger', async () => {
  await expect(runCommand(registerReportCommand, 'report', '--ledger', '/no/such.db')).rejects.toThrow(
    '/no/such.db: there is no such ledger; start `costspan serve`, or name the file with --ledger',
  );
});
