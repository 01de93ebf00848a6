import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decideTrace, type SpanFact } from '../src/index.ts';
import { type FactSketch, fact, facts } from './support/facts.ts';
import { withEntries } from './support/with-entries.ts';

const request = { dialect: 'http-attempt@2', scope: 'http', model: '', cost: '?usage-missing:usage_missing', usage: {} } as const;

/** Facts from a table; a line whose span begins with `sent` is an answered request. */
const trace = (table: string): readonly SpanFact[] =>
  facts(table, { scope: 'a' }).map((each) => {
    const { name, startNs, endNs, parentSpanId, observation } = each;
    if (!name.startsWith('sent')) return each;
    const scopeName = observation === undefined ? request.scope : observation.scopeName;
    return { ...fact({ ...request, scope: scopeName, span: name }), startNs, endNs, parentSpanId };
  });

/** Of every answered request what was decided: the span that tells it, or its status. */
const decided = (some: readonly SpanFact[], sumsStand = true): Readonly<Record<string, string>> => {
  const { spans } = withEntries(decideTrace(some, { currency: 'USD', sumsStand }));
  const nameOf = new Map(spans.map(({ entry }) => [entry.id, entry.spanName]));
  return Object.fromEntries(
    spans
      .filter(({ entry }) => entry.spanName.startsWith('sent'))
      .map(({ entry }) => [entry.spanName, nameOf.get(entry.duplicateOf ?? '') ?? entry.status]),
  );
};

describe('an answered request to a provider of models', () => {
  test.each<[string, string, Readonly<Record<string, string>>]>([
    ['alone is a call whose usage is missing', 'span\nsent', { sent: 'usage_missing' }],
    [
      'below spans that bear no cost still is',
      `span  | parent
       root  |
       sent1 | root
       sent2 | root`,
      { sent1: 'usage_missing', sent2: 'usage_missing' },
    ],
    [
      'below a call is told by it, whatever lies between and however often it was sent',
      `span  | parent | cost
       llm   |        | 0.18
       step  | llm    |
       sent1 | step   |
       sent2 | llm    |`,
      { sent1: 'llm', sent2: 'llm' },
    ],
    [
      'is told by a call without usage, which says so itself',
      `span | parent | cost
       llm  |        | ?usage-missing:usage_missing
       sent | llm    |`,
      { sent: 'llm' },
    ],
    [
      'below two spans of one call is told by the one that counts',
      `span  | parent | cost | scope | usage
       outer |        | 0.18 | a     | input_text_tokens=5 input_cache_read_text_tokens=4
       inner | outer  | 0.20 | b     | input_text_tokens=9
       sent  | inner  |      |       |`,
      { sent: 'outer' },
    ],
    [
      'below an attempt that may have been billed is that attempt',
      `span | parent | cost | role
       llm  |        | 0.18 |
       try  | llm    | 0.02 | attempt
       sent | try    |      |`,
      { sent: 'try' },
    ],
    [
      'below a tool of the same provider is what the tool is billed for',
      `span   | parent | cost | role | provider
       rerank |        | 0.01 | tool | openai
       sent   | rerank |      |      |`,
      { sent: 'rerank' },
    ],
    [
      'below another tool is a call that the tool made beside its own work',
      `span | parent | cost | role | provider
       tool |        | 0.01 | tool | tool
       sent | tool   |      |      |`,
      { sent: 'usage_missing' },
    ],
    [
      'below a tool of a call is told by that call',
      `span | parent | cost | role | provider
       llm  |        | 0.18 |      |
       tool | llm    | 0.01 | tool | tool
       sent | tool   |      |      |`,
      { sent: 'llm' },
    ],
    [
      'below a sum that stands for its calls is told by the sum',
      `span  | parent | cost | role
       agent |        | 0.18 | aggregate
       sent  | agent  |      |`,
      { sent: 'agent' },
    ],
    [
      'below a sum whose calls came is none of those',
      `span  | parent | cost | role      | start | end
       agent |        | 0.18 | aggregate | 0     | 9
       llm   | agent  | 0.18 |           | 1     | 2
       sent  | agent  |      |           | 3     | 4`,
      { sent: 'usage_missing' },
    ],
    [
      'beside a call that was open is told by it',
      `span | parent | cost | start | end
       root |        |      | 0     | 9
       llm  | root   | 0.18 | 1     | 5
       sent | root   |      | 2     | 6`,
      { sent: 'llm' },
    ],
    [
      'beside a chain that has a call below it is told by that call',
      `span  | parent | cost | start | end
       root  |        |      | 0     | 9
       chain | root   |      | 1     | 8
       llm   | chain  | 0.18 | 2     | 7
       sent1 | root   |      | 3     | 6
       sent2 | root   |      | 4     | 6`,
      { sent1: 'llm', sent2: 'usage_missing' },
    ],
    [
      'beside a call that had ended is another call',
      `span  | parent | cost                        | start | end
       root  |        |                             | 0     | 9
       llm   | root   | 0.18                        | 1     | 2
       sent1 | root   |                             | 3     | 4`,
      { sent1: 'usage_missing' },
    ],
    [
      'beside calls: each tells one, the one that ends first the first',
      `span  | parent | cost | start | end
       root  |        |      | 0     | 99
       long  | root   | 0.18 | 1     | 90
       short | root   | 0.19 | 2     | 5
       sent1 | root   |      | 3     | 4
       sent2 | root   |      | 50    | 60
       sent3 | root   |      | 70    | 80`,
      { sent1: 'short', sent2: 'long', sent3: 'usage_missing' },
    ],
    [
      'beside two spans of one call: they tell one request together',
      `span  | parent | cost | scope | start | end | usage
       root  |        |      |       | 0     | 9   |
       one   | root   | 0.18 | a     | 1     | 8   | input_text_tokens=9
       two   | root   | 0.18 | b     | 1     | 8   | input_text_tokens=9
       sent1 | root   |      |       | 2     | 3   |
       sent2 | root   |      |       | 4     | 5   |`,
      { sent1: 'one', sent2: 'usage_missing' },
    ],
    [
      'beside a call that has a request below it is another call',
      `span  | parent | cost | start | end
       root  |        |      | 0     | 9
       llm   | root   | 0.18 | 1     | 8
       sent1 | llm    |      | 2     | 7
       sent2 | root   |      | 3     | 4`,
      { sent1: 'llm', sent2: 'usage_missing' },
    ],
    [
      'without a parent is beside nothing',
      `span | cost | start | end
       llm  | 0.18 | 0     | 9
       sent |      | 1     | 2`,
      { sent: 'usage_missing' },
    ],
  ])('%s', (_title, table, expected) => {
    expect(decided(trace(table))).toEqual(expected);
  });

  test('that two HTTP instrumentations saw counts once, as the outer one; another request below it is another call', () => {
    const outer = fact({ ...request, span: 'sent1', end: 9 });
    const inner = fact({ ...request, span: 'sent2', parent: 'sent1', scope: 'socket', start: 1, end: 8 });
    const same = fact({ ...request, span: 'sent3', parent: 'sent1', start: 2, end: 3 });
    expect(decided([inner, same, outer])).toEqual({ sent1: 'usage_missing', sent2: 'sent1', sent3: 'usage_missing' });
  });

  test('that two HTTP instrumentations saw in a circle of parents is not lost', () => {
    const one = fact({ ...request, span: 'sent1', parent: 'sent2', scope: 'one' });
    const other = fact({ ...request, span: 'sent2', parent: 'sent1', scope: 'other' });
    expect(Object.values(decided([one, other])).sort()).toEqual(['sent1', 'usage_missing']);
  });

  test('counts as long as the sum above it may still be one of calls that come', () => {
    const open = trace(`span  | parent | cost | role
                        agent |        | 0.18 | aggregate
                        sent  | agent  |      |`);
    expect(decided(open, false)).toEqual({ sent: 'usage_missing' });
    expect(decided(open, true)).toEqual({ sent: 'agent' });
  });

  test('leaves a sum standing: it says nothing that could stand for it', () => {
    const { spans } = decideTrace(
      trace(`span  | parent | cost | role
             agent |        | 0.18 | aggregate
             sent  | agent  |      |`),
      { currency: 'USD', sumsStand: true },
    );
    expect(spans.map(({ fact, booking }) => `${fact.name} ${booking.status} ${booking.amountPico}`)).toEqual([
      'agent priced 180000000000',
      'sent duplicate 0',
    ]);
  });

  test('beside a call or below an attempt that the provider refused is told by neither: what was refused was not answered', () => {
    const refused = fact({ span: 'llm', parent: 'root', cost: '0.1', end: 9 });
    const attempt = fact({ span: 'try', parent: 'root', cost: '0.1', end: 9, role: 'attempt' });
    const free = [refused, attempt].map((each) => {
      if (each.observation === undefined) throw new Error('no observation');
      const receipt = { ...each.observation.receipt, status: 'non_billable', amountPico: 0n } as const;
      return { ...each, observation: { ...each.observation, receipt } };
    });
    const sent = ['root', 'try'].map((parent, at) => fact({ ...request, span: `sent${at}`, parent, start: 1 }));
    expect(decided([...sent, ...free])).toEqual({ sent0: 'usage_missing', sent1: 'usage_missing' });
    expect(decided([...sent, refused, attempt])).toEqual({ sent0: 'llm', sent1: 'try' });
  });

  test('keeps the call that was found to tell it when its trace has closed', () => {
    const [sent] = trace('span\nsent');
    if (sent === undefined) throw new Error('no fact');
    const decisionOf = () => ({ dimensions: {}, excluded: { status: 'duplicate', duplicateOf: 'ab'.repeat(16) } }) as const;
    const { spans } = decideTrace([sent], {
      currency: 'USD',
      closed: { unnamed: { unattributedReason: 'no-item' }, decisionOf },
    });
    expect(spans.map(({ decision }) => decision.excluded)).toEqual([{ status: 'duplicate', duplicateOf: 'ab'.repeat(16) }]);
  });
});

test('three thousand requests beside three thousand calls are told in time', () => {
  const calls = Array.from({ length: 3000 }, (_, at) =>
    fact({ span: `call${at}`, parent: 'root', cost: '0.1', start: 2 * at, end: 2 * at + 1 }),
  );
  const sent = calls.map(({ startNs, endNs }, at) => ({
    ...fact({ ...request, span: `sent${at}`, parent: 'root' }),
    ...{ startNs, endNs },
  }));
  const started = performance.now();
  expect(new Set(Object.values(decided([...sent, ...calls]))).size).toBe(3000);
  expect(performance.now() - started).toBeLessThan(2000);
});

const names = ['a', 'b', 'c', 'd', 'e', 'f'] as const;
const anySketch: fc.Arbitrary<FactSketch> = fc
  .record({
    span: fc.constantFrom(...names),
    parent: fc.constantFrom('', 'root', ...names),
    start: fc.integer({ min: 0, max: 9 }),
    end: fc.integer({ min: 0, max: 12 }),
    kind: fc.constantFrom('request', 'call', 'call', 'attempt', 'tool', 'aggregate', 'link'),
    scope: fc.constantFrom('x', 'y'),
  })
  .map(({ kind, ...sketch }): FactSketch => {
    if (kind === 'link') return sketch;
    if (kind === 'request') return { ...sketch, ...request, scope: sketch.scope };
    return { ...sketch, role: kind as 'call', cost: '0.1' };
  });

test('what tells requests depends on neither order nor repetition, costs nothing, and names an entry that counts', () => {
  fc.assert(
    fc.property(
      fc.array(anySketch, { minLength: 1, maxLength: 12 }).chain((sketches) => {
        const some = sketches.map(fact);
        return fc.tuple(fc.constant(some), fc.shuffledSubarray([...some, ...some], { minLength: 2 * some.length }));
      }),
      ([once, shuffled]) => {
        const { spans } = withEntries(decideTrace(once, { currency: 'USD', sumsStand: true }));
        expect(withEntries(decideTrace(shuffled, { currency: 'USD', sumsStand: true })).spans).toEqual(spans);
        const live = new Set(spans.filter(({ decision }) => decision.excluded === undefined).map(({ entry }) => entry.id));
        for (const { entry } of spans) {
          if (!entry.normalizer.startsWith('http-attempt')) continue;
          expect(entry.amountPico).toBe(0n);
          expect(entry.duplicateOf === undefined ? live.has(entry.id) : live.has(entry.duplicateOf)).toBe(true);
        }
      },
    ),
    { numRuns: 300 },
  );
});
