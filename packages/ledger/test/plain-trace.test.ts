import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ancestry } from '../src/ancestry.ts';
import { bearsCost, contributionsOf, contributionText, decidePlainTrace, decideTrace, type SpanFact } from '../src/index.ts';
import { addTelemetry, type TelemetrySum, telemetryOf } from '../src/telemetry.ts';
import { uniqueFacts } from '../src/unique-facts.ts';
import { entryIdOf, fact } from './support/facts.ts';
import { anyPlainTrace } from './support/random-plain-trace.ts';

/** What a packed trace is read into, from facts. undefined: spans that bear no cost say different things, or more than an item. */
function plainlyDecided(facts: readonly SpanFact[]): ReturnType<typeof decidePlainTrace> | 'not asked' {
  const mentions = facts.filter((each) => !bearsCost(each) && (each.item ?? each.outcome ?? each.dimensions) !== undefined);
  const [first] = mentions;
  const said = ({ item, dimensions }: SpanFact): string => JSON.stringify([item, dimensions]);
  if (mentions.some((each) => each.outcome !== undefined || each.itemProblem !== undefined)) return 'not asked';
  if (first !== undefined && mentions.some((each) => said(each) !== said(first))) return 'not asked';
  const latest = [...mentions].sort((one, other) =>
    one.startNs === other.startNs ? (one.spanId < other.spanId ? 1 : -1) : one.startNs < other.startNs ? 1 : -1,
  )[0];
  const bySpan = uniqueFacts(facts);
  const telemetry = facts
    .filter((each) => !bearsCost(each))
    .flatMap((each) => telemetryOf(each) ?? [])
    .reduce<TelemetrySum | undefined>((sum, part) => (sum === undefined ? part : addTelemetry(sum, part)), undefined);
  return decidePlainTrace(
    facts.filter(bearsCost),
    {
      ...{ tenant: 'default', traceId: facts[0]?.traceId ?? '' },
      ...(telemetry === undefined ? {} : { telemetry }),
      ...(first === undefined || latest === undefined
        ? {}
        : {
            mentioned: {
              ...(first.item === undefined ? {} : { item: first.item }),
              ...(first.dimensions === undefined ? {} : { dimensions: first.dimensions }),
              firstNs: inOrder(mentions.map(({ startNs }) => startNs))[0] ?? 0n,
              lastNs: inOrder(mentions.map(({ endNs }) => endNs)).at(-1) ?? 0n,
              latest: { atNs: latest.startNs, spanId: latest.spanId },
            },
          }),
      callAbove: (call, calls) => {
        const nearest = ancestry(bySpan, ({ spanId }) => calls.some((each) => each.spanId === spanId))(call).nearest;
        return calls.find(({ spanId }) => spanId === nearest?.spanId);
      },
    },
    options,
  );
}

const options = { currency: 'USD', entryIdOf };

function inOrder(instants: readonly bigint[]): readonly bigint[] {
  return [...instants].sort((one, other) => (one < other ? -1 : 1));
}

test('a trace in which there is nothing to weigh is decided as any trace is', () => {
  let [decided, counted] = [0, 0];
  fc.assert(
    fc.property(anyPlainTrace('t'), (facts) => {
      const plain = plainlyDecided(facts);
      if (plain === undefined || plain === 'not asked') return;
      decided += 1;
      if (facts.some(({ telemetry }) => telemetry !== undefined)) counted += 1;
      const whole = decideTrace(facts, options);
      expect(plain).toEqual(whole);
      expect(contributionsOf(plain).map(contributionText)).toEqual(contributionsOf(whole).map(contributionText));
    }),
    { numRuns: 4_000 },
  );
  expect(decided, 'traces that were plain').toBeGreaterThan(500);
  expect(counted, 'traces that were plain and counted as telemetry').toBeGreaterThan(200);
});

test.each<[string, readonly SpanFact[]]>([
  [
    'spans of two items',
    [fact({ span: 'a', item: 'ticket T-1', cost: '1' }), fact({ span: 'b', item: 'ticket T-2', cost: '1' })],
  ],
  [
    'a span that names none beside one that does',
    [fact({ span: 'a', item: 'ticket T-1', cost: '1' }), fact({ span: 'b', cost: '1' })],
  ],
  ['an outcome', [fact({ span: 'a', item: 'ticket T-1', cost: '1', outcome: 'resolved' })]],
  ['a sum', [fact({ span: 'a', cost: '1', role: 'aggregate' })]],
  ['calls of two instrumentations', [fact({ span: 'a', cost: '1' }), fact({ span: 'b', cost: '1', scope: 'other' })]],
  ['two handoffs', [fact({ span: 'a', cost: '1', handoff: 'h1' }), fact({ span: 'b', cost: '1', handoff: 'h1' })]],
  ['a call within a call', [fact({ span: 'a', cost: '1', call: 'r1' }), fact({ span: 'b', parent: 'a', cost: '1', call: 'r1' })]],
])('%s are weighed', (_what, facts) => {
  expect(plainlyDecided(facts)).toBeUndefined();
});
