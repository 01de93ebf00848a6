import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalText, decideTrace, type SpanFact } from '../src/index.ts';
import { fact, facts, hex } from './support/facts.ts';
import { anyTrace } from './support/random-facts.ts';
import { decide, lines } from './support/show.ts';

describe('whose cost a span is', () => {
  test.each<[string, string, readonly string[]]>([
    [
      'the item it names itself, before its ancestors',
      `span | parent | item       | cost
       root |        | ticket T-1 |
       llm  | root   | ticket T-2 | 0.18`,
      ['llm ticket/T-2 by span 0.18 priced'],
    ],
    [
      'the item of the nearest ancestor that names one',
      `span | parent | item       | cost
       root |        | ticket T-1 |
       sub  | root   | claim C-9  |
       step | sub    |            |
       llm  | step   |            | 0.18`,
      ['llm claim/C-9 by ancestor 0.18 priced'],
    ],
    [
      'the only item of the trace when no ancestor names one',
      `span  | parent  | item       | cost
       root  |         | ticket T-1 |
       again |         | ticket T-1 |
       llm   | missing |            | 0.18`,
      ['llm ticket/T-1 by trace 0.18 priced'],
    ],
    [
      'nobody when the trace names two items',
      `span | parent  | item       | cost
       root |         | ticket T-1 |
       more |         | ticket T-2 |
       llm  | missing |            | 0.18`,
      ['llm unattributed: ambiguous-trace 0.18 priced'],
    ],
    [
      'nobody when two items share an id but not a type',
      `span | parent  | item       | cost
       root |         | ticket T-1 |
       more |         | claim T-1  |
       llm  | missing |            | 0.18`,
      ['llm unattributed: ambiguous-trace 0.18 priced'],
    ],
    [
      'nobody when the trace names none',
      `span | cost
       llm  | 0.18`,
      ['llm unattributed: no-item 0.18 priced'],
    ],
    [
      'nobody when the innermost item could not be taken, although an outer one could',
      `span | parent | item         | cost
       root |        | ticket T-1   |
       bad  | root   | !id-too-long | 0.02
       llm  | bad    |              | 0.18`,
      ['bad unattributed: id-too-long 0.02 priced', 'llm unattributed: id-too-long 0.18 priced'],
    ],
    [
      'its own item in a circle of parents, where nothing is inherited',
      `span | parent | item       | cost
       a    | c      | ticket T-1 | 0.1
       b    | a      |            | 0.2
       c    | b      | claim C-1  | 0.3
       d    | c      |            | 0.4`,
      [
        'a ticket/T-1 by span 0.1 priced',
        'b unattributed: ambiguous-trace 0.2 priced',
        'c claim/C-1 by span 0.3 priced',
        'd claim/C-1 by ancestor 0.4 priced',
      ],
    ],
    [
      'nobody in a circle of parents, wherever the circle is entered',
      `span  | parent | item       | cost | start
       other |        | claim C-1  |      | 0
       first | second |            | 0.1  | 1
       second | first | ticket T-1 | 0.2  | 2`,
      ['first unattributed: ambiguous-trace 0.1 priced', 'second ticket/T-1 by span 0.2 priced'],
    ],
    [
      'its own when it is its own parent',
      `span | parent | item       | cost
       a    | a      | ticket T-1 | 0.1`,
      ['a ticket/T-1 by span 0.1 priced'],
    ],
  ])('%s', (_name, table, expected) => {
    expect(lines(decide(facts(table)))).toEqual(expected);
  });

  test('says from where the item was known', () => {
    const [{ item: _item, ...unnamed } = fact({ span: 'x' })] = facts('span | cost\n llm | 1');
    const named: SpanFact = { ...unnamed, item: { type: 'ticket', id: 'T-1', source: 'id_from' } };
    expect(lines(decide([named]))).toEqual(['llm ticket/T-1 by id_from 1 priced']);
  });

  test('merges dimensions along the ancestors, the innermost value of a key wins', () => {
    const { spans } = decide(
      facts(`
      span | parent | item       | cost | dimensions
      root |        | ticket T-1 |      | team=support region=eu
      llm  | root   |            | 1    | region=us`),
    );
    expect(spans[0]?.decision.dimensions).toEqual({ team: 'support', region: 'us' });
  });

  test('walks a chain of 100,000 ancestors without recursion', () => {
    const chain = Array.from({ length: 100_000 }, (_, index) =>
      fact({ span: `s${index}`, parent: index === 0 ? '' : `s${index - 1}`, ...(index === 0 ? { item: 'ticket T-1' } : {}) }),
    );
    const leaf = fact({ span: 'leaf', parent: 's99999', cost: '0.5' });
    expect(lines(decide([leaf, ...chain]))).toEqual(['leaf ticket/T-1 by ancestor 0.5 priced']);
  });
});

describe('what is priced once', () => {
  test('an aggregate costs nothing, its children do', () => {
    const table = `
      span  | parent | item       | role      | cost
      agent |        | ticket T-1 | aggregate | 0.30
      llm   | agent  |            | call      | 0.18
      retry | llm    |            | attempt   | 0.02`;
    expect(lines(decide(facts(table)))).toEqual([
      'agent ticket/T-1 by span 0 aggregate',
      'llm ticket/T-1 by ancestor 0.18 priced',
      'retry ticket/T-1 by ancestor 0.02 priced',
    ]);
  });

  test('of two instrumentations of one call, the one that knows more usage', () => {
    const table = `
      span  | item       | call  | scope | cost | usage
      plain | ticket T-1 | resp1 | a     | 0.20 | input_text_tokens=9
      rich  | ticket T-1 | resp1 | b     | 0.18 | input_text_tokens=5 input_cache_read_text_tokens=4`;
    expect(lines(decide(facts(table)))).toEqual(['plain ticket/T-1 by span 0 duplicate', 'rich ticket/T-1 by span 0.18 priced']);
  });

  test('a complete receipt before more usage', () => {
    const table = `
      span  | item       | call  | scope | cost      | usage
      plain | ticket T-1 | resp1 | a     | 0.20      | input_text_tokens=9
      rich  | ticket T-1 | resp1 | b     | ?no-price | input_text_tokens=5 input_cache_read_text_tokens=4`;
    expect(lines(decide(facts(table)))).toEqual(['plain ticket/T-1 by span 0.2 priced', 'rich ticket/T-1 by span 0 duplicate']);
  });

  test('names the entry that is priced instead', () => {
    const { spans } = decide(
      facts(`
      span | call  | scope | cost | usage
      a    | resp1 | a     | 1    | input_text_tokens=5 output_text_tokens=4
      b    | resp1 | b     | 1    | input_text_tokens=9`),
    );
    expect(spans[1]?.decision.excluded).toEqual({ status: 'duplicate', duplicateOf: spans[0]?.fact.observation.entryId });
  });

  test.each([
    ['two calls of one scope, though a server gave both one id', 'span | call | cost\n a | same | 1\n b | same | 2'],
    ['calls without an id', 'span | scope | cost\n a | x | 1\n b | y | 2'],
  ])('keeps %s', (_name, table) => {
    expect(decide(facts(table)).spans.map(({ decision }) => decision.excluded)).toEqual([undefined, undefined]);
  });

  test('finishing a handoff twice charges the first; the open handoff gives way to the finished one', () => {
    const table = `
      span   | item      | role    | category | handoff | touchMs | cost
      open   | claim C-1 | handoff | human    | h1      |         | ?handoff-open:non_billable
      second | claim C-1 | handoff | human    | h1      | 60000   | 0.90
      first  | claim C-1 | handoff | human    | h1      | 30000   | 0.45`;
    const ends = facts(table).map((each) => (each.name === 'second' ? { ...each, endNs: each.endNs + 10n ** 12n } : each));
    expect(lines(decide(ends))).toEqual([
      'open claim/C-1 by span 0 duplicate',
      'second claim/C-1 by span 0 duplicate',
      'first claim/C-1 by span 0.45 priced',
    ]);
  });

  test('an amount in another currency is unpriced, never added', () => {
    expect(lines(decide(facts('span | cost | currency\n a | 100 | JPY')))).toEqual([
      'a unattributed: no-item 0 unpriced (currency-differs)',
    ]);
  });

  test('an amount that is no cost of any call is unpriced, never added', () => {
    const most = '1000000000000000';
    expect(lines(decide(facts(`span | cost\n a | ${most} \n b | ${most}.000000000001`)))).toEqual([
      `a unattributed: no-item ${most} priced`,
      'b unattributed: no-item 0 unpriced (amount-too-large)',
    ]);
  });
});

describe('which of two facts of one span counts', () => {
  const early = fact({ span: 'a', cost: '1', end: 5 });
  const late = fact({ span: 'a', cost: '2', end: 6 });
  const link = fact({ span: 'a', end: 9 });
  const handoff = (of: SpanFact): SpanFact =>
    of.observation === undefined ? of : { ...of, observation: { ...of.observation, role: 'handoff' } };
  test.each<[string, readonly SpanFact[], string]>([
    ['the one that ended later', [early, late], '2'],
    ['a handoff as it was finished first', [handoff(early), handoff(late)], '1'],
    ['one that says something over a later link', [late, link], '2'],
    ['one that bears cost over a later one that does not', [late, fact({ span: 'a', item: 'ticket T-1', end: 9 })], '2'],
    ['the greater text when they end together', [fact({ span: 'a', cost: '3' }), fact({ span: 'a', cost: '4' })], '4'],
  ])('%s', (_name, both, amount) => {
    const expected = [`a unattributed: no-item ${amount} priced`];
    expect(lines(decide(both))).toEqual(expected);
    expect(lines(decide([...both].reverse()))).toEqual(expected);
  });
});

describe('what a trace says about items', () => {
  test('the greatest (at, span) outcome wins, the parent and the dates are kept', () => {
    const { sightings } = decide(
      facts(`
      span | item       | parentItem | outcome   | start | end
      a    | ticket T-1 | T-0        | escalated | 0     | 10
      b    | ticket T-1 |            | resolved  | 5     | 8`),
    );
    expect(sightings).toHaveLength(1);
    expect(sightings[0]?.outcome).toMatchObject({ value: 'escalated', spanId: hex('a', 16) });
    expect(sightings[0]?.parentId).toMatchObject({ value: 'T-0' });
    expect((sightings[0]?.lastNs ?? 0n) - (sightings[0]?.firstNs ?? 0n)).toBe(10n * 10n ** 9n);
  });

  test('of spans that start together the greater span id says the dimension, whichever came first', () => {
    const both = facts(`
      span | item       | dimensions | start
      a    | ticket T-1 | team=red   | 0
      b    | ticket T-1 | team=blue  | 0`);
    for (const order of [both, [...both].reverse()]) {
      expect(decide(order).sightings[0]?.dimensions['team']?.value).toBe('blue');
    }
  });

  test('an outcome on a span without an item belongs to the item of its ancestor', () => {
    const { sightings } = decide(
      facts(`
      span | parent | item       | outcome
      root |        | ticket T-1 |
      end  | root   |            | resolved`),
    );
    expect(sightings.map(({ item, outcome }) => [item.id, outcome?.value])).toEqual([['T-1', 'resolved']]);
  });
});

test('order, repetition and grouping of facts change nothing', () => {
  fc.assert(
    fc.property(anyTrace, fc.func(fc.integer()), (trace, rank) => {
      const shuffled = [...trace, ...trace.slice(0, 3)]
        .map((each, index) => ({ each, rank: rank(index, each.spanId) }))
        .sort((left, right) => left.rank - right.rank)
        .map(({ each }) => each);
      expect(canonicalText(decide(shuffled))).toBe(canonicalText(decide(trace)));
    }),
  );
});

test('a closed trace keeps what was decided and decides late spans by what they carry', () => {
  const kept = facts('span | parent | cost\n llm | root | 0.18');
  const late = facts('span | parent | item | cost\n own | llm | claim C-1 | 1\n bare | llm | | 2');
  const decision = decideTrace([...kept, ...late], {
    currency: 'USD',
    closed: {
      unnamed: { item: { tenant: 'default', type: 'ticket', id: 'T-1' }, itemSource: 'trace' },
      decisionOf: (spanId) =>
        spanId === hex('llm', 16)
          ? { item: { tenant: 'default', type: 'ticket', id: 'T-0' }, itemSource: 'ancestor', dimensions: {} }
          : undefined,
    },
  });
  expect(lines(decision)).toEqual([
    'llm ticket/T-0 by ancestor 0.18 priced',
    'own claim/C-1 by span 1 priced',
    'bare ticket/T-1 by trace 2 priced',
  ]);
  expect(decision.spans.map(({ decision: { late: isLate } }) => isLate)).toEqual([undefined, true, true]);
});
