import { formatPico } from '@costspan/pricing';
import { expect, test } from 'vitest';
import {
  type CompletedOutcomes,
  type CostRecord,
  type CountableItem,
  countedItem,
  noSums,
  reportByType,
  reportItems,
  sharesOf,
  sumsOfRecord,
  type TypeReport,
} from '../../src/index.ts';
import { facts } from '../support/facts.ts';
import { decide, records } from '../support/show.ts';

const countable = ({ item, outcome, dimensions, ...record }: CostRecord): CountableItem => ({
  type: item.type,
  ...(outcome !== undefined && { outcome: outcome.value }),
  sums: sumsOfRecord({ item, dimensions, ...record }),
  dimensionOf: (key) => dimensions[key],
});

const byType = (all: readonly CostRecord[], completed: CompletedOutcomes = {}): readonly TypeReport[] =>
  reportByType(
    all.map((record) => countedItem(countable(record), { completed })),
    completed,
  );

const resolvedTicket = `
  span    | item       | category      | role    | cost  | waste | outcome
  call-1  | ticket T-1 | llm           |         | 0.036 |       |
  call-2  | ticket T-1 | llm           |         | 0.036 |       |
  call-3  | ticket T-1 | llm           |         | 0.036 |       |
  call-4  | ticket T-1 | llm           |         | 0.036 |       |
  call-5  | ticket T-1 | llm           |         | 0.036 |       |
  look-1  | ticket T-1 | embedding     |         | 0.026 |       |
  look-2  | ticket T-1 | embedding     |         | 0.027 |       |
  look-3  | ticket T-1 | embedding     |         | 0.027 |       |
  retry   | ticket T-1 | llm           | attempt | 0.02  | x     |
  review  | ticket T-1 | human         | handoff | 0.45  |       |
  crm     | ticket T-1 | tool          | tool    | 0.06  |       |
  traces  | ticket T-1 | observability |         | 0.03  |       | resolved`;

test('a ticket of five calls, three lookups, a failed retry, a review, integrations and telemetry costs 0.82', () => {
  const [ticket] = records(decide(facts(resolvedTicket)));
  expect(formatPico(ticket?.totalPico ?? 0n)).toBe('0.82');
  const sums = ticket === undefined ? noSums : sumsOfRecord(ticket);
  expect(sharesOf(sums)).toEqual({
    byCategory: { llm: '24.39', embedding: '9.75', tool: '7.32', human: '54.88', observability: '3.66' },
    visible: '24.39',
    hidden: '75.61',
    waste: '2.44',
  });
});

test('a claim that costs 5.00, of which one in five is reviewed at 8.00, costs 6.60', () => {
  const claims = Array.from({ length: 10 }, (_, index) => [
    ...facts(`span | item | cost | outcome\n agent | claim C-${index} | 5.00 | processed`, { trace: `t${index}` }),
    ...facts(index < 2 ? `span | item | category | role | cost\n review | claim C-${index} | human | handoff | 8.00` : 'span', {
      trace: `t${index}`,
    }),
  ]);
  const [type, ...others] = byType(claims.flatMap((trace) => records(decide(trace))));
  expect(others).toEqual([]);
  expect(type).toMatchObject({
    type: 'claim',
    attempted: 10,
    completed: 10,
    completedWord: 'processed',
    completionRate: '100.00',
    perCompletedPico: 6_600_000_000_000n,
    perAttemptedPico: 6_600_000_000_000n,
  });
});

test('cost per completed unit is the ratio of sums: what failed is paid by what succeeded', () => {
  const tickets = facts(`
    span | trace | item       | cost | outcome
    a    | t1    | ticket T-1 | 0.30 | resolved
    b    | t2    | ticket T-2 | 0.50 | escalated
    c    | t3    | ticket T-3 | 0.10 |
    d    | t4    | ticket T-4 | 0.10 | resolved`);
  const all = [...Map.groupBy(tickets, ({ traceId }) => traceId).values()].flatMap((trace) => records(decide(trace)));
  expect(byType(all)).toMatchObject([
    {
      attempted: 4,
      completed: 2,
      withoutOutcome: 1,
      completionRate: '50.00',
      outcomes: { escalated: 1, resolved: 2 },
      perCompletedPico: 500_000_000_000n,
      perAttemptedPico: 250_000_000_000n,
    },
  ]);
  expect(byType(all, { ticket: ['escalated'] })).toMatchObject([{ completed: 1, completedWord: 'escalated' }]);
});

test('a type of which nothing is completed has no cost per completed unit', () => {
  const [type] = byType(records(decide(facts('span | item | cost\n a | ticket T-1 | 1'))));
  expect(type).not.toHaveProperty('perCompletedPico');
  expect(type?.completedWord).toBe('completed');
});

test.each(['escalated', 'rejected', 'denied', 'failed', 'cancelled', 'abandoned', 'kicked_back', 'closed'])(
  'an item that ended %s is not a completed unit unless someone says so',
  (outcome) => {
    const ended = records(decide(facts(`span | item | cost | outcome\n a | claim C-1 | 1 | ${outcome}`)));
    expect(byType(ended)[0]?.completed).toBe(0);
    expect(byType(ended, { claim: [outcome] })[0]?.completed).toBe(1);
  },
);

test('items are listed the dearest first, with the cost of everything below them beside their own', () => {
  const all = facts(`
    span | trace | item       | parentItem | cost
    a    | t1    | case P     |            | 1
    b    | t2    | ticket C1  | P          | 2
    c    | t3    | ticket C2  | C1         | 4
    d    | t4    | ticket X   | Y          | 8
    e    | t5    | ticket Y   | X          | 16`);
  const traces = [...Map.groupBy(all, ({ traceId }) => traceId).values()];
  const costs = traces.flatMap((trace) => records(decide(trace)).map((record) => ({ record, sums: sumsOfRecord(record) })));
  expect(
    reportItems(costs).map(({ record, sums, withChildrenPico }) => [
      record.item.id,
      formatPico(sums.totalPico),
      withChildrenPico === undefined ? undefined : formatPico(withChildrenPico),
    ]),
  ).toEqual([
    ['Y', '16', undefined],
    ['X', '8', undefined],
    ['C2', '4', undefined],
    ['C1', '2', '6'],
    ['P', '1', '7'],
  ]);
});
