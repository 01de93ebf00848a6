import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ancestorsComparedMax } from '../src/limits.ts';
import { fact, facts } from './support/facts.ts';
import { anyTrace } from './support/random-facts.ts';
import { decide, lines } from './support/show.ts';

/** Names of the spans that are counted. */
const counted = (table: string): readonly string[] =>
  decide(facts(table))
    .spans.filter(({ decision }) => decision.excluded === undefined)
    .map(({ fact: { name } }) => name);

const use = 'input_text_tokens=90 output_text_tokens=10';
const richUse = 'input_text_tokens=50 input_cache_read_text_tokens=40 output_text_tokens=10';
const columns = 'span | parent | scope | cost | usage | model | call | start | end';

describe('a call beside the chain that another instrumentation reports above the same call', () => {
  test.each<[string, string, readonly string[]]>([
    [
      'is that call: the span that tells more units is counted',
      `root   |       |      |      |         |       |    | 0 | 9
       chain  | root  |      |      |         |       |    | 1 | 8
       kit    | chain | kit  | 0.20 | ${use}  |       |    | 2 | 7
       client | root  | http | 0.18 | ${richUse} |    |    | 3 | 6`,
      ['client'],
    ],
    [
      'however deep the chain, and whichever is counted',
      `root   |       |      |      |         |       |    | 0 | 9
       chain  | root  |      |      |         |       |    | 1 | 8
       step   | chain |      |      |         |       |    | 1 | 8
       kit    | step  | kit  | 0.18 | ${richUse} |    |    | 2 | 7
       client | root  | http | 0.20 | ${use}  |       |    | 3 | 6`,
      ['kit'],
    ],
    [
      'is another one where its tokens are others',
      `root   |       |      |      |         |       |    | 0 | 9
       chain  | root  |      |      |         |       |    | 1 | 8
       kit    | chain | kit  | 0.20 | ${use}  |       |    | 2 | 7
       client | root  | http | 0.18 | input_text_tokens=91 output_text_tokens=10 | | | 3 | 6`,
      ['kit', 'client'],
    ],
    [
      'is another one at another time, of another model, or with another id of the answer',
      `root    |       |      |      |        |        |    | 0 | 9
       chain   | root  |      |      |        |        |    | 1 | 8
       kit     | chain | kit  | 0.20 | ${use} |        | r1 | 2 | 4
       later   | root  | http | 0.20 | ${use} |        |    | 5 | 6
       model   | root  | more | 0.20 | ${use} | sonnet |    | 3 | 4
       answer  | root  | some | 0.20 | ${use} |        | r2 | 3 | 4`,
      ['kit', 'model', 'answer', 'later'],
    ],
    [
      'is another one beside a chain that is not above it',
      `root   |       |      |      |        |       |    | 0 | 9
       one    | root  |      |      |        |       |    | 1 | 8
       other  | root  |      |      |        |       |    | 1 | 8
       kit    | one   | kit  | 0.20 | ${use} |       |    | 2 | 7
       client | other | http | 0.20 | ${use} |       |    | 3 | 6`,
      ['kit', 'client'],
    ],
    [
      'is a call of its own where one instrumentation reports both',
      `root   |       |      |      |        |       |    | 0 | 9
       chain  | root  |      |      |        |       |    | 1 | 8
       kit    | chain | kit  | 0.20 | ${use} |       |    | 2 | 7
       client | root  | kit  | 0.20 | ${use} |       |    | 3 | 6`,
      ['kit', 'client'],
    ],
    [
      'and parallel calls with equal numbers stay as many as each instrumentation tells',
      `root    |        |      |      |        |       |    | 0 | 9
       chain1  | root   |      |      |        |       |    | 1 | 8
       chain2  | root   |      |      |        |       |    | 1 | 8
       kit1    | chain1 | kit  | 0.20 | ${use} |       |    | 2 | 7
       kit2    | chain2 | kit  | 0.20 | ${use} |       |    | 2 | 7
       client1 | root   | http | 0.20 | ${use} |       |    | 3 | 6
       client2 | root   | http | 0.20 | ${use} |       |    | 3 | 6`,
      ['client1', 'client2'],
    ],
  ])('%s', (_title, rows, expected) => {
    expect(counted(`${columns}\n${rows}`)).toEqual(expected);
  });

  test('is looked for so many spans up', () => {
    const chain = (length: number) => [
      fact({ span: 'root', end: 9 }),
      ...Array.from({ length }, (_, at) => fact({ span: `c${at}`, parent: at === 0 ? 'root' : `c${at - 1}`, end: 9 })),
      fact({
        span: 'kit',
        parent: `c${length - 1}`,
        cost: '0.2',
        scope: 'kit',
        usage: { input_text_tokens: 5 },
        start: 1,
        end: 8,
      }),
      fact({ span: 'client', parent: 'root', cost: '0.2', scope: 'http', usage: { input_text_tokens: 5 }, start: 2, end: 7 }),
    ];
    const live = (length: number): number =>
      decide(chain(length)).spans.filter(({ decision }) => decision.excluded === undefined).length;
    expect([live(ancestorsComparedMax - 1), live(ancestorsComparedMax)]).toEqual([1, 2]);
  });
});

test('calls beside chains are found whatever the order and repetition of the spans', () => {
  fc.assert(
    fc.property(
      anyTrace.chain((trace) =>
        fc.tuple(fc.constant(trace), fc.shuffledSubarray([...trace, ...trace], { minLength: 2 * trace.length })),
      ),
      ([trace, shuffled]) => {
        expect(lines(decide(shuffled))).toEqual(lines(decide(trace)));
      },
    ),
    { numRuns: 300 },
  );
});
