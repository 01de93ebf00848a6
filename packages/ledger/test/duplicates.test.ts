import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalText, decideTrace, type SpanFact } from '../src/index.ts';
import { fact, facts } from './support/facts.ts';
import { decide, lines } from './support/show.ts';
import { withEntries } from './support/with-entries.ts';

/** Names of the spans that are counted. */
const counted = (table: string): readonly string[] =>
  decide(facts(table))
    .spans.filter(({ decision }) => decision.excluded === undefined)
    .map(({ fact: { name } }) => name);

const use = 'input_text_tokens=90 output_text_tokens=10';
const richUse = 'input_text_tokens=50 input_cache_read_text_tokens=40 output_text_tokens=10';

describe('calls below calls of another instrumentation are one call', () => {
  test.each<[string, string, readonly string[]]>([
    [
      'the one that tells more units is counted, whichever is outside',
      `span  | parent | scope | cost | usage
       outer |        | a     | 0.18 | ${richUse}
       inner | outer  | b     | 0.20 | ${use}`,
      ['outer'],
    ],
    [
      'the inner one where both tell the same',
      `span  | parent | scope | cost | usage
       outer |        | a     | 0.20 | ${use}
       inner | outer  | b     | 0.20 | ${use}`,
      ['inner'],
    ],
    [
      'whatever lies between them',
      `span  | parent | scope | cost | usage
       outer |        | a     | 0.20 | ${use}
       step  | outer  | a     |      |
       inner | step   | b     | 0.18 | ${richUse}`,
      ['inner'],
    ],
    [
      'the one that has usage where the other has none',
      `span  | parent | scope | cost                            | usage
       outer |        | a     | 0.20                            | ${use}
       inner | outer  | b     | ?usage-missing:usage_missing    | none`,
      ['outer'],
    ],
    [
      'a known cost before an estimate that tells more units',
      `span  | parent | scope | cost  | usage
       outer |        | a     | ~0.18 | ${richUse}
       inner | outer  | b     | 0.20  | ${use}`,
      ['inner'],
    ],
    [
      'three deep',
      `span   | parent | scope | cost | usage
       outer  |        | a     | 0.20 | ${use}
       middle | outer  | b     | 0.18 | ${richUse}
       inner  | middle | c     | 0.20 | ${use}`,
      ['middle'],
    ],
    [
      'on both sides of a gateway that uses the same instrumentation',
      `span   | parent | scope | call | cost | usage
       client |        | a     | r1   | 0.20 | ${use}
       server | client | b     |      |      |
       inner  | server | a     | r1   | 0.20 | ${use}`,
      ['inner'],
    ],
  ])('%s', (_name, table, expected) => {
    expect(counted(table)).toEqual(expected);
  });

  test.each<[string, string, readonly string[]]>([
    [
      'both answers of a call that was tried twice below it, in the place of its own count',
      `span   | parent | scope | cost | usage
       outer  |        | a     | 0.20 | ${use}
       first  | outer  | b     | 0.20 | ${use}
       second | outer  | b     | 0.18 | ${richUse}`,
      ['first', 'second'],
    ],
    [
      'the call itself where a try below it does not say what it used',
      `span   | parent | scope | cost                         | usage
       outer  |        | a     | 0.38                         | input_text_tokens=180 output_text_tokens=20
       first  | outer  | b     | 0.20                         | ${use}
       second | outer  | b     | ?usage-missing:usage_missing | none`,
      ['outer'],
    ],
    [
      'a call of another model below it',
      `span  | parent | scope | model          | cost | usage
       outer |        | a     | gpt-5          | 0.20 | ${use}
       guard | outer  | b     | gpt-5-mini     | 0.01 | input_text_tokens=3 output_text_tokens=1`,
      ['outer', 'guard'],
    ],
    [
      'calls that one instrumentation nests, where their numbers differ',
      `span  | parent | scope | cost | usage
       outer |        | a     | 0.20 | ${use}
       inner | outer  | a     | 0.01 | input_text_tokens=3 output_text_tokens=1`,
      ['outer', 'inner'],
    ],
    [
      'an embedding below a call',
      `span  | parent | scope | category  | model                  | cost | usage
       outer |        | a     | llm       | gpt-5                  | 0.20 | ${use}
       inner | outer  | b     | embedding | text-embedding-3-small | 0.01 | input_text_tokens=90`,
      ['outer', 'inner'],
    ],
    [
      'a query of another database below a query',
      `span  | parent | scope | category | role | cost | usage
       outer |        | a     | tool     | tool | 0.20 | vector_queries=1
       inner | outer  | b     | vector   | tool | 0.01 | vector_queries=1`,
      ['outer', 'inner'],
    ],
  ])('but it counts %s', (_name, table, expected) => {
    expect(counted(table)).toEqual(expected);
  });

  test('a query of one vector database told twice counts once', () => {
    const table = `
      span  | parent | scope | category | role | cost | usage
      outer |        | a     | vector   | tool | 0.02 | vector_queries=1
      inner | outer  | b     | vector   | tool | 0.02 | vector_queries=1`;
    expect(counted(table)).toEqual(['inner']);
  });
});

describe('calls side by side under one parent', () => {
  test.each<[string, string, readonly string[]]>([
    [
      'of two instrumentations with the same input and output are one call',
      `span | parent | scope | start | end | cost | usage
       a    | root   | a     | 0     | 10  | 0.20 | ${use}
       b    | root   | b     | 1     | 9   | 0.18 | ${richUse}`,
      ['b'],
    ],
    [
      'of three instrumentations are one call',
      `span | parent | scope | start | end | cost | usage
       a    | root   | a     | 0     | 10  | 0.20 | ${use}
       b    | root   | b     | 1     | 9   | 0.18 | ${richUse}
       c    | root   | c     | 2     | 8   | 0.20 | ${use}`,
      ['b'],
    ],
    [
      'of one instrumentation with equal numbers are parallel calls',
      `span | parent | scope | start | end | cost | usage
       a    | root   | a     | 0     | 10  | 0.20 | ${use}
       b    | root   | a     | 0     | 10  | 0.20 | ${use}`,
      ['a', 'b'],
    ],
    [
      'are told apart where two instrumentations report two parallel calls',
      `span | parent | scope | start | end | cost | usage
       a1   | root   | a     | 0     | 10  | 0.18 | ${richUse}
       a2   | root   | a     | 0     | 10  | 0.18 | ${richUse}
       b1   | root   | b     | 1     | 9   | 0.20 | ${use}
       b2   | root   | b     | 1     | 9   | 0.20 | ${use}`,
      ['a1', 'a2'],
    ],
    [
      'one after the other are two calls',
      `span | parent | scope | start | end | cost | usage
       a    | root   | a     | 0     | 10  | 0.20 | ${use}
       b    | root   | b     | 11    | 20  | 0.20 | ${use}`,
      ['a', 'b'],
    ],
    [
      'with other numbers are two calls',
      `span | parent | scope | start | end | cost | usage
       a    | root   | a     | 0     | 10  | 0.20 | ${use}
       b    | root   | b     | 1     | 9   | 0.20 | input_text_tokens=91 output_text_tokens=10`,
      ['a', 'b'],
    ],
    [
      'of two models are two calls',
      `span | parent | scope | model      | start | end | cost | usage
       a    | root   | a     | gpt-5      | 0     | 10  | 0.20 | ${use}
       b    | root   | b     | gpt-5-mini | 1     | 9   | 0.20 | ${use}`,
      ['a', 'b'],
    ],
    [
      'of one model under its dated name are one call',
      `span | parent | scope | model            | start | end | cost | usage
       a    | root   | a     | gpt-5            | 0     | 10  | 0.20 | ${use}
       b    | root   | b     | gpt-5-2025-08-07 | 1     | 9   | 0.18 | ${richUse}`,
      ['b'],
    ],
    [
      'with two ids are two calls',
      `span | parent | scope | call | start | end | cost | usage
       a    | root   | a     | r1   | 0     | 10  | 0.20 | ${use}
       b    | root   | b     | r2   | 1     | 9   | 0.20 | ${use}`,
      ['a', 'b'],
    ],
    [
      'are one call where one of them does not say what it used',
      `span | parent | scope | start | end | cost                         | usage
       a    | root   | a     | 0     | 10  | ?usage-missing:usage_missing | none
       b    | root   | b     | 1     | 9   | 0.18                         | ${richUse}`,
      ['b'],
    ],
    [
      'are one call where an estimate is a few tokens off',
      `span | parent | scope | start | end | cost  | usage
       a    | root   | a     | 0     | 10  | ~0.21 | input_text_tokens=90 output_text_tokens=11
       b    | root   | b     | 1     | 9   | 0.18  | ${richUse}`,
      ['b'],
    ],
    [
      'are one call where neither says what it used',
      `span | parent | scope | start | end | cost                         | usage
       a    | root   | a     | 0     | 10  | ?usage-missing:usage_missing | none
       b    | root   | b     | 1     | 9   | ?usage-missing:usage_missing | none`,
      ['b'],
    ],
    [
      'are one call where the span between one of them and the parent is missing',
      `span | parent | scope | start | end | cost | usage
       root |        | app   | 0     | 20  |      |
       a    | root   | a     | 0     | 10  | 0.20 | ${use}
       b    | lost   | b     | 1     | 9   | 0.18 | ${richUse}`,
      ['b'],
    ],
    [
      'under two parents are two calls',
      `span | parent | scope | start | end | cost | usage
       one  |        | app   | 0     | 20  |      |
       two  |        | app   | 0     | 20  |      |
       a    | one    | a     | 0     | 10  | 0.20 | ${use}
       b    | two    | b     | 1     | 9   | 0.18 | ${richUse}`,
      ['a', 'b'],
    ],
    [
      'without a parent are two calls',
      `span | scope | start | end | cost | usage
       a    | a     | 0     | 10  | 0.20 | ${use}
       b    | b     | 1     | 9   | 0.20 | ${use}`,
      ['a', 'b'],
    ],
  ])('%s', (_name, table, expected) => {
    expect(counted(table)).toEqual(expected);
  });
});

describe('what a counted span takes over from the others of its call', () => {
  test('the item, dimensions and names it lacks', () => {
    const table = `
      span | parent  | item       | scope | start | end | cost | usage      | agent  | dimensions
      a    | missing | ticket T-1 | a     | 0     | 10  | 0.20 | ${use}     | triage | team=support
      b    | missing |            | b     | 1     | 9   | 0.18 | ${richUse} |        | region=eu
      c    |         | claim C-1  | b     | 20    | 21  | 0.01 | ${use}     |        |`;
    const decision = decide(facts(table));
    expect(lines(decision).slice(0, 2)).toEqual(['a ticket/T-1 by span 0 duplicate', 'b ticket/T-1 by span 0.18 priced']);
    expect(decision.spans[1]?.entry).toMatchObject({ agent: 'triage', dimensions: { team: 'support', region: 'eu' } });
    expect(decision.sightings.map(({ item }) => item.id)).toEqual(['C-1', 'T-1']);
  });

  test('nothing it says itself', () => {
    const table = `
      span | parent  | item       | scope | start | end | cost | usage      | agent
      a    | missing | ticket T-1 | a     | 0     | 10  | 0.20 | ${use}     | triage
      b    | missing | claim C-1  | b     | 1     | 9   | 0.18 | ${richUse} | refund`;
    const { spans } = decide(facts(table));
    expect(spans[1]?.entry).toMatchObject({ item: { type: 'claim', id: 'C-1' }, agent: 'refund' });
  });
});

test('an attempt that an HTTP client reports below the attempt of a wrapper counts once', () => {
  const table = `
    span  | parent | scope | role    | cost
    call  |        | a     | call    | 0.20
    try   | call   | a     | attempt | 0.05
    http  | try    | b     | attempt | 0.05
    other | call   | b     | attempt | 0.05`;
  expect(counted(table)).toEqual(['call', 'try', 'other']);
});

describe('sums whose calls did not come', () => {
  const standing = (table: string): readonly string[] =>
    decideTrace(facts(table), { currency: 'USD', sumsStand: true })
      .spans.filter(({ decision }) => decision.excluded === undefined)
      .map(({ fact: { name } }) => name);

  test.each<[string, string, readonly string[]]>([
    ['count once nothing more is waited for', 'span | role | cost\n sum | aggregate | ~0.3', ['sum']],
    [
      'count without those above them',
      `span | parent | role      | cost
       run  |        | aggregate | ~0.5
       one  | run    | aggregate | ~0.3
       two  | run    | aggregate | ~0.2`,
      ['one', 'two'],
    ],
    [
      'count beside calls of other steps',
      `span | parent | role      | cost
       run  |        | aggregate | ~0.5
       one  | run    | aggregate | ~0.3
       two  | run    | aggregate | ~0.2
       llm  | two    | call      | 0.2`,
      ['one', 'llm'],
    ],
    [
      'give way to a call below them, whatever lies between',
      `span | parent | role      | cost
       run  |        | aggregate | ~0.5
       step | run    |           |
       llm  | step   | call      | 0.2`,
      ['llm'],
    ],
    [
      'give way to a call that failed',
      `span | parent | role      | cost
       run  |        | aggregate | ~0.5
       llm  | run    | call      | ?usage-missing:usage_missing`,
      ['llm'],
    ],
    [
      'give way to a call whose parent is missing and that started while they were open',
      `span | parent  | role      | start | end | cost
       run  |         | aggregate | 0     | 10  | ~0.5
       llm  | missing | call      | 5     | 6   | 0.2`,
      ['llm'],
    ],
    [
      'stay beside such a call that started later',
      `span | parent  | role      | start | end | cost
       run  |         | aggregate | 0     | 10  | ~0.5
       llm  | missing | call      | 11    | 12  | 0.2`,
      ['run', 'llm'],
    ],
    [
      'stay beside a call whose missing ancestor is above both',
      `span | parent  | role      | start | end | cost
       root | missing |           | 0     | 20  |
       run  | root    | aggregate | 0     | 10  | ~0.5
       llm  | root    | call      | 5     | 6   | 0.2`,
      ['run', 'llm'],
    ],
  ])('%s', (_name, table, expected) => {
    expect(standing(table)).toEqual(expected);
  });

  test('cost nothing while the calls may still come, and are counted as such', () => {
    const decision = decide(facts('span | role | cost\n sum | aggregate | ~0.3\n llm | call | 1'));
    expect(lines(decision)).toEqual(['sum unattributed: no-item 0 aggregate', 'llm unattributed: no-item 1 priced']);
    expect(decision.standingSums).toBe(1);
  });

  test('a sum of a trace with three thousand of each is found without comparing all with all', () => {
    const many = Array.from({ length: 3_000 }, (_, index) => [
      fact({ span: `s${index}`, role: 'aggregate', cost: '1', start: 0, end: 1 }),
      fact({ span: `c${index}`, parent: index % 2 === 0 ? 'm1' : 'm2', cost: '1', start: 2 + index, end: 3 + index }),
    ]).flat();
    expect(decideTrace(many, { currency: 'USD', sumsStand: true }).standingSums).toBe(3_000);
  });
});

test('calls nested three thousand deep are one call, found in time', () => {
  const chain = Array.from({ length: 3_000 }, (_, index) =>
    fact({
      span: `s${index}`,
      parent: index === 0 ? '' : `s${index - 1}`,
      scope: index % 2 === 0 ? 'a' : 'b',
      cost: '1',
      start: index,
      usage: { input_text_tokens: 9, output_text_tokens: 1 },
    }),
  );
  const counted = decide(chain).spans.filter(({ decision }) => decision.excluded === undefined);
  expect(counted.map(({ fact: { name } }) => name)).toEqual(['s2999']);
});

const anyCall = fc
  .record(
    {
      span: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'),
      parent: fc.constantFrom('', 'a', 'b', 'c', 'd', 'missing', 'root'),
      item: fc.constantFrom('ticket T-1', 'claim C-1'),
      start: fc.integer({ min: 0, max: 4 }),
      end: fc.integer({ min: 4, max: 9 }),
      scope: fc.constantFrom('x', 'y', 'z'),
      role: fc.constantFrom('call', 'call', 'call', 'aggregate', 'attempt'),
      model: fc.constantFrom('gpt-5', 'gpt-5-2025-08-07', 'claude-sonnet-5'),
      call: fc.constantFrom('r1', 'r2'),
      cost: fc.constantFrom('0.18', '0.2', '~0.2', '?usage-missing:usage_missing'),
      usage: fc.constantFrom(
        { input_text_tokens: 90, output_text_tokens: 10 },
        { input_text_tokens: 50, input_cache_read_text_tokens: 40, output_text_tokens: 10 },
        { input_text_tokens: 7, output_text_tokens: 1 },
        {},
      ),
      agent: fc.constantFrom('triage', 'refund'),
    },
    { requiredKeys: ['span', 'scope', 'cost', 'usage', 'start', 'end'] },
  )
  .map(fact);

const anyCalls: fc.Arbitrary<readonly SpanFact[]> = fc.array(anyCall, { minLength: 2, maxLength: 12 });

test('what counts does not depend on order and repetition, and nothing but duplicates and sums is left out', () => {
  fc.assert(
    fc.property(anyCalls, fc.func(fc.integer()), fc.boolean(), (calls, rank, sumsStand) => {
      const shuffled = [...calls, ...calls.slice(0, 2)]
        .map((each, index) => ({ each, rank: rank(index, each.spanId) }))
        .sort((left, right) => left.rank - right.rank)
        .map(({ each }) => each);
      const decision = withEntries(decideTrace(calls, { currency: 'USD', sumsStand }));
      expect(canonicalText(withEntries(decideTrace(shuffled, { currency: 'USD', sumsStand })))).toBe(canonicalText(decision));
      const entries = new Map(decision.spans.map(({ entry }) => [entry.id, entry]));
      for (const { entry } of decision.spans) {
        // Every duplicate points at a span that is counted, so no call is lost between two that point at each other.
        if (entry.duplicateOf !== undefined) expect(entries.get(entry.duplicateOf)?.status).not.toMatch(/duplicate|aggregate/);
      }
    }),
    { numRuns: 500 },
  );
});
