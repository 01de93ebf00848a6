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
low and high: what the total can be where it rests on estimates.

Cost per unit of work: the cost of all items of a type by the number completed, USD
type    attempted  completed      rate  cost per completed unit     per attempted  visible (llm)   hidden   waste
─────────────────────────────────────────────────────────────────────────────────────────────────────────────────
claim           1          1  100.00 %  5.5000 per processed claim         5.5000       100.00 %   0.00 %  0.00 %
ticket          2          1   50.00 %  1.6400 per resolved ticket         0.8200        24.39 %  75.61 %  2.44 %

How the cost of the spans is known: 2 unpriced, 1 estimated (0.5000), 14 priced (6.7600).

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

  test('CSV quotes what needs quoting', async () => {
    const file = await ledgerWith([facts('span | item | cost | model\n a | ticket T-1 | 1 | a"b,c')]);
    expect(await runCommand(registerReportCommand, 'report', '--ledger', file, '--by', 'model', '--csv')).toContain(
      '"openai/a""b,c",USD,1,',
    );
  });
});

test.each<[readonly string[], RegExp]>([
  [['--by', 'colour'], /expected item, type, outcome, agent, .* or dimension:KEY/],
  [['--by', 'dimension:'], /or dimension:KEY/],
  [['--completed', 'ticket'], /expected TYPE=OUTCOME/],
  [['--limit', '0'], /expected a number above 0/],
  [['--json', '--csv'], /cannot be used with/],
])('refuses %j', async (args, message) => {
  await expect(runCommand(registerReportCommand, 'report', ...args)).rejects.toThrow(message);
});

test('says where it looked when there is no ledger', async () => {
  await expect(runCommand(registerReportCommand, 'report', '--ledger', '/no/such.db')).rejects.toThrow(
    '/no/such.db: there is no such ledger; start `costspan serve`, or name the file with --ledger',
  );
});
