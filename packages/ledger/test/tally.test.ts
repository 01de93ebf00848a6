import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addTallies,
  canonicalText,
  type DecidedEntry,
  emptyTally,
  subtractTallies,
  tallyOf,
  unpricedReasonsOf,
} from '../src/index.ts';
import { facts } from './support/facts.ts';
import { anyTraces } from './support/random-facts.ts';
import { decide } from './support/show.ts';

const entriesOf = (table: string): readonly DecidedEntry[] => decide(facts(table)).spans.map(({ entry }) => entry);

const anyEntries = anyTraces.map((all) =>
  [...Map.groupBy(all, ({ traceId }) => traceId).values()].flatMap((trace) => decide(trace).spans.map(({ entry }) => entry)),
);

describe('what entries sum to', () => {
  test('amounts, waste, categories, usage, statuses, reasons and books', () => {
    expect(
      tallyOf(
        entriesOf(`
        span | category | cost      | waste | role      | usage
        a    | llm      | 0.18      |       |           | input_text_tokens=5
        b    | llm      | 0.02      | x     | attempt   | input_text_tokens=2
        c    | human    | ~8        |       |           | human_ms=1000
        d    | llm      | ?no-price |       |           | requests=1
        e    | llm      | 0.20      |       | aggregate | input_text_tokens=7`),
      ),
    ).toEqual({
      totalPico: 8_200_000_000_000n,
      lowPico: 200_000_000_000n,
      highPico: 8_200_000_000_000n,
      wastePico: 20_000_000_000n,
      categories: {
        human: { amountPico: 8_000_000_000_000n, entries: 1, unpriced: 0 },
        llm: { amountPico: 200_000_000_000n, entries: 3, unpriced: 1 },
      },
      usage: { human_ms: '1000', input_text_tokens: '7', requests: '1' },
      spans: { aggregate: 1, estimated: 1, priced: 2, unpriced: 1 },
      unpriced: { 'no-price': 1 },
      books: { '2026-06-01': 4 },
    });
  });

  test('impossible usage is not added to usage', () => {
    expect(tallyOf(entriesOf('span | cost | usage\n a | ?cached-above-input:invalid_usage | input_text_tokens=9')).usage).toEqual(
      {},
    );
  });

  test('a unit whose name is that of a field of objects is a unit like any other', () => {
    const [entry] = entriesOf('span | cost\n a | 1');
    const usage = JSON.parse('{"__proto__": 2, "constructor": 3}');
    expect(JSON.stringify(tallyOf([{ ...(entry as DecidedEntry), usage }]).usage)).toBe('{"__proto__":"2","constructor":"3"}');
  });

  test('the order of entries changes nothing, not even the order of keys', () => {
    fc.assert(
      fc.property(anyEntries, (entries) => {
        expect(JSON.stringify(tallyOf(entries), text)).toBe(JSON.stringify(tallyOf([...entries].reverse()), text));
      }),
    );
  });

  test('a part can be added and taken away as if it had never been there', () => {
    fc.assert(
      fc.property(anyEntries, anyEntries, (some, others) => {
        const sum = addTallies(tallyOf(some), tallyOf(others));
        expect(canonicalText(sum)).toBe(canonicalText(tallyOf([...some, ...others])));
        expect(canonicalText(subtractTallies(sum, tallyOf(others)))).toBe(canonicalText(tallyOf(some)));
      }),
    );
  });

  test('nothing sums to nothing', () => {
    expect(tallyOf([])).toEqual(emptyTally);
  });
});

test.each([
  ['the reasons of its lines without a price', 'span | cost\n a | ?model-unknown', ['model-unknown']],
  ['nothing when it has a price', 'span | cost\n a | ~1', []],
])('why an entry has no price: %s', (_name, table, reasons) => {
  expect(entriesOf(table).map(unpricedReasonsOf)).toEqual([reasons]);
});

test('why an entry has no price: its status when nothing else says it', () => {
  expect(unpricedReasonsOf({ status: 'usage_missing', reasons: [], lines: [] })).toEqual(['usage_missing']);
});

function text(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}
