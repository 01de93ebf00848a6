import { describe, expect, test } from 'vitest';
import type { RowProblem } from '../../src/dimensions/dimension-map.ts';
import { loadDimensions, parseDimensions } from '../../src/dimensions/load-dimensions.ts';

const problemsOf = (text: string, format: 'csv' | 'yaml' = 'yaml'): readonly RowProblem[] => {
  const parsed = parseDimensions(text, format);
  return parsed.kind === 'ok' ? [] : parsed.problems;
};

describe('a file of dimensions', () => {
  test('says the same as YAML, as JSON and as CSV', () => {
    const yaml = `
- match: { service.name: billing-agent }
  set: { team: billing, cost_center: "0410" }
  valid_to: 2026-07-01
- match: { service.name: billing-agent }
  set: { team: payments }
  valid_from: 2026-07-01
`;
    const csv = `match.service.name,set.team,set.cost_center,valid_from,valid_to

billing-agent,billing,0410,,2026-07-01
billing-agent,payments,,2026-07-01,
`;
    const json = JSON.stringify([
      { match: { 'service.name': 'billing-agent' }, set: { team: 'billing', cost_center: '0410' }, valid_to: '2026-07-01' },
      { match: { 'service.name': 'billing-agent' }, set: { team: 'payments' }, valid_from: '2026-07-01' },
    ]);
    const rowsOf = (text: string, format: 'csv' | 'yaml') => {
      const parsed = parseDimensions(text, format);
      if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.problems));
      return parsed.map.keySets.flatMap(({ rows }) => [...rows.values()].flat().map(({ line: _, ...row }) => row));
    };
    const july = 1_782_864_000_000_000_000n;
    expect(rowsOf(yaml, 'yaml')).toEqual([
      { match: { 'service.name': 'billing-agent' }, set: { team: 'billing', cost_center: '0410' }, toNs: july, rank: 0 },
      { match: { 'service.name': 'billing-agent' }, set: { team: 'payments' }, fromNs: july, rank: 1 },
    ]);
    expect(rowsOf(csv, 'csv')).toEqual(rowsOf(yaml, 'yaml'));
    expect(rowsOf(json, 'yaml')).toEqual(rowsOf(yaml, 'yaml'));
  });

  test('lists every problem with its line', () => {
    const text = `
- match: { service.name: a }
  set: { cost_center: 4100 }
- set: { team: x }
- match: { service.name: b }
  set: {}
  valid_from: 1st of May
- match: { service.name: c }
  set: { team: x }
  valid_from: 2026-05-01
  valid_to: 2026-05-01
- match: { service.name: d }
  sets: { team: x }
- nothing
`;
    expect(problemsOf(text)).toEqual([
      { line: 2, problem: 'set.cost_center: expected text; quote it where it looks like a number' },
      { line: 4, problem: 'match: expected a map of attribute keys and values' },
      { line: 5, problem: 'set: expected at least one of dimensions' },
      { line: 5, problem: 'valid_from: expected a date such as 2026-03-01 or 2026-03-01T16:30:00Z, found "1st of May"' },
      { line: 8, problem: 'valid_to: expected an end after valid_from' },
      { line: 12, problem: 'set: expected a map of dimensions' },
      { line: 12, problem: 'Unrecognized key: "sets"' },
      { line: 14, problem: 'expected a map with `match` and `set`' },
    ]);
  });

  test.each<[string, string, 'csv' | 'yaml', readonly RowProblem[]]>([
    ['a map in the place of the list', 'team: x', 'yaml', [{ line: 1, problem: 'expected a list of rows, found a map' }]],
    ['broken YAML', '- match: {', 'yaml', [{ line: 1, problem: expect.stringContaining('not valid YAML') as unknown as string }]],
    [
      'a column of no meaning and half a line',
      'match.service.name,team\na',
      'csv',
      [
        { line: 1, problem: 'expected columns match.<key>, set.<key>, valid_from and valid_to, found "team"' },
        { line: 2, problem: 'expected 2 cells, found 1' },
      ],
    ],
    [
      'an open quote',
      'match.a,set.b\n"x,y',
      'csv',
      [{ line: 2, problem: expect.stringContaining('not valid CSV') as unknown as string }],
    ],
    [
      'rows that contradict each other',
      'match.a,set.team,valid_from,valid_to\nx,one,2026-01-01,\nx,two,2026-03-01,\nx,one,2025-01-01,2026-01-01',
      'csv',
      [
        {
          line: 3,
          problem:
            'set.team: expected "one" as in line 2, which matches the same at the same time, found "two"; end one before the other begins',
        },
      ],
    ],
  ])('refuses %s', (_, text, format, problems) => {
    expect(problemsOf(text, format)).toEqual(problems);
  });

  test('that is not there is named with the key that asks for it', async () => {
    await expect(loadDimensions('nowhere.yaml')).rejects.toThrow(
      'nowhere.yaml: cannot be read (ENOENT); work_items.dimensions_from names it',
    );
  });

  test('of no rows gives nothing', () => {
    expect([problemsOf(''), problemsOf('', 'csv')]).toEqual([[], []]);
  });
});
