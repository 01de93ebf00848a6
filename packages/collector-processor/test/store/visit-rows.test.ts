import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { visitedRowsMax } from '../../src/store/limits.ts';
import { visitRows } from '../../src/store/visit-rows.ts';

function numbersUpTo(count: number): DatabaseSync {
  const database = new DatabaseSync(':memory:');
  onTestFinished(() => database.close());
  database.exec(`CREATE TABLE numbers AS WITH RECURSIVE counted(number) AS (
    SELECT 1 UNION ALL SELECT number + 1 FROM counted WHERE number < ${count}) SELECT number FROM counted`);
  return database;
}

test('visits each row that is wanted once, across pauses', () => {
  const count = 2 * visitedRowsMax + 5;
  const seen: unknown[] = [];
  visitRows(numbersUpTo(count), 'SELECT 1 FROM numbers WHERE CASE WHEN number > ? THEN visit(number) END', [3n], {
    visit: (number) => seen.push(number),
  });
  expect(seen).toEqual(Array.from({ length: count - 3 }, (_, index) => index + 4));
});

test('hands over integers beyond 2^53 as they are, text, bytes and nothing', () => {
  const seen: unknown[] = [];
  visitRows(numbersUpTo(1), "SELECT 1 FROM numbers WHERE visit_exactly(9007199254740993, 'ä', x'00ff', NULL)", [], {
    visitExactly: (...values) => seen.push(values),
  });
  expect(seen).toEqual([[9_007_199_254_740_993n, 'ä', new Uint8Array([0, 255]), null]]);
});

test('refuses integers that a number cannot hold rather than rounding them', () => {
  const visit = (): void =>
    visitRows(numbersUpTo(1), 'SELECT 1 FROM numbers WHERE visit(9007199254740993)', [], { visit: () => {} });
  expect(visit).toThrow(expect.objectContaining({ code: 'ERR_OUT_OF_RANGE' }));
});

test('what a visitor throws ends the visit, and the next one is as new', () => {
  const database = numbersUpTo(3);
  const sql = 'SELECT 1 FROM numbers WHERE visit(number)';
  const fail = (): void => {
    throw new Error('of the visitor');
  };
  expect(() => visitRows(database, sql, [], { visit: fail })).toThrow('of the visitor');
  const seen: unknown[] = [];
  visitRows(database, sql, [], { visit: (number) => seen.push(number) });
  expect(seen).toEqual([1, 2, 3]);
});

test('a visitor may visit other rows', () => {
  const database = numbersUpTo(2);
  const sql = 'SELECT 1 FROM numbers WHERE visit(number)';
  const pairs: unknown[] = [];
  visitRows(database, sql, [], {
    visit: (outer) => visitRows(database, sql, [], { visit: (inner) => pairs.push([outer, inner]) }),
  });
  expect(pairs).toEqual([
    [1, 1],
    [1, 2],
    [2, 1],
    [2, 2],
  ]);
});
