import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type AttributeRun, createAttributeRun } from '../../src/otlp/attribute-run.ts';
import { createKeyTable } from '../../src/otlp/key-table.ts';
import { rewriteTraces } from '../../src/otlp/rewrite-traces.ts';
import type { NewAttribute } from '../../src/otlp/span-view.ts';
import { validateRequest } from '../../src/otlp/validate-request.ts';
import { decodeWithOracle, encodeWithOracle } from './proto.ts';
import { tracesRequest, tracesRequestWithSpans } from './support/arbitrary-traces.ts';
import { createRandom } from './support/random.ts';
import { encodeScrambled } from './support/scramble.ts';
import { expectedOutline, expectedSnapshots, outline, type Snapshot, takeSnapshot } from './support/traces-model.ts';

const message = 'ExportTraceServiceRequest';
const ownedPrefix = 'costspan.cost.';
const keyNames = ['gen_ai.request.model', 'gen_ai.usage.input_tokens', 'costspan.category', 'costspan.cost.exact', 'k', ''];
const keys = createKeyTable(keyNames);
const keyIds = keyNames.map((key) => keys.idOf(key)!);

const newAttribute: fc.Arbitrary<NewAttribute> = fc.tuple(
  fc.constantFrom('costspan.cost.exact', 'costspan.cost.amount', 'costspan.cost.status', 'costspan.category', 'k', 'note'),
  fc.oneof(
    fc.string({ unit: 'binary', maxLength: 50 }),
    fc.constantFrom('priced', 'USD'),
    fc.boolean(),
    fc.double(),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  ),
);
const addedPerSpan = fc.array(fc.option(fc.array(newAttribute, { maxLength: 5 }), { nil: undefined }), {
  minLength: 1,
  maxLength: 4,
});
const seed = fc.integer({ min: 0, max: 2 ** 31 - 1 });

function rewrite(
  body: Buffer,
  added: ReadonlyArray<ReadonlyArray<NewAttribute | AttributeRun> | undefined>,
): { body: Buffer; seen: Snapshot[]; changed: number } {
  const seen: Snapshot[] = [];
  const result = rewriteTraces(body, { keys, ownedPrefix }, (view) => {
    seen.push(takeSnapshot(view, keyIds, 'costspan.'));
    return added[(seen.length - 1) % added.length];
  });
  if (result.kind === 'invalid') throw new Error(`${result.where}: ${result.problem} at ${result.offset}`);
  expect(result.spanCount).toBe(seen.length);
  return { body: result.body as Buffer, seen, changed: result.changedSpanCount };
}

describe('requests in any legal wire order', () => {
  test('the scrambled spelling is read by the oracle as the plain one', () => {
    fc.assert(
      fc.property(tracesRequest, seed, (request, number) => {
        const scrambled = encodeScrambled(message, request, createRandom(number));
        expect(decodeWithOracle(message, scrambled)).toEqual(decodeWithOracle(message, encodeWithOracle(message, request)));
      }),
      { numRuns: 300 },
    );
  });

  test('OTLP-59: views show what the oracle reads, whatever the order', () => {
    fc.assert(
      fc.property(tracesRequestWithSpans, seed, (request, number) => {
        const scrambled = encodeScrambled(message, request, createRandom(number));
        expect(rewrite(scrambled, [undefined]).seen).toEqual(expectedSnapshots(scrambled, keyNames, 'costspan.'));
      }),
      { numRuns: 500 },
    );
  });

  test('OTLP-51, OTLP-61, OTLP-62: every byte but those of replaced attributes leaves as it came', () => {
    fc.assert(
      fc.property(tracesRequest, seed, addedPerSpan, (request, number, added) => {
        const scrambled = encodeScrambled(message, request, createRandom(number));
        const rewritten = rewrite(scrambled, added).body;
        expect(outline(rewritten)).toEqual(
          expectedOutline(scrambled, { ownedPrefix, added: (index) => added[index % added.length] }),
        );
        decodeWithOracle(message, rewritten);
      }),
      { numRuns: 500 },
    );
  });

  test('a run of attributes is written as its attributes are one by one', () => {
    const distinct = fc.uniqueArray(newAttribute, { maxLength: 6, selector: ([key]) => key });
    const cuts = fc.tuple(fc.nat({ max: 6 }), fc.nat({ max: 6 })).map((pair) => pair.toSorted((one, other) => one - other));
    const spans = fc.array(fc.tuple(distinct, cuts), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(tracesRequestWithSpans, seed, spans, (request, number, each) => {
        const scrambled = encodeScrambled(message, request, createRandom(number));
        const inRuns = each.map(([added, [start, end]]) => [
          ...added.slice(0, start),
          createAttributeRun(added.slice(start, end)),
          ...added.slice(end),
        ]);
        const oneByOne = rewrite(
          scrambled,
          each.map(([added]) => added),
        );
        const [first, again] = [rewrite(scrambled, inRuns), rewrite(scrambled, inRuns)];
        expect(first.body.equals(oneByOne.body)).toBe(true);
        expect(again.body.equals(oneByOne.body)).toBe(true);
        expect(first.changed).toBe(oneByOne.changed);
      }),
      { numRuns: 500 },
    );
  });

  test('a request gives the same bytes twice, and a rewritten one comes back itself', () => {
    fc.assert(
      fc.property(tracesRequest, seed, addedPerSpan, (request, number, added) => {
        const scrambled = encodeScrambled(message, request, createRandom(number));
        const once = rewrite(scrambled, added).body;
        expect(rewrite(scrambled, added).body.equals(once)).toBe(true);
        const again = rewrite(once, added);
        expect(again.body).toBe(once);
        expect(again.changed).toBe(0);
      }),
      { numRuns: 300 },
    );
  });

  test('a request in which nothing is owned and nothing wanted comes back itself', () => {
    fc.assert(
      fc.property(tracesRequest, seed, (request, number) => {
        const scrambled = encodeScrambled(message, request, createRandom(number));
        const result = rewriteTraces(scrambled, { keys, ownedPrefix: '' }, () => undefined);
        expect(result).toMatchObject({ kind: 'ok', changedSpanCount: 0 });
        expect(result.kind === 'ok' && result.body).toBe(scrambled);
      }),
      { numRuns: 200 },
    );
  });

  test('the rewriter and the general validator judge alike', () => {
    fc.assert(
      fc.property(tracesRequest, seed, (request, number) => {
        const scrambled = encodeScrambled(message, request, createRandom(number));
        const rewritten = rewriteTraces(scrambled, { keys, ownedPrefix }, () => undefined);
        const validated = validateRequest('traces', scrambled);
        expect(validated).toMatchObject({ kind: 'ok' });
        expect(rewritten).toMatchObject({
          kind: 'ok',
          spanCount: validated.kind === 'ok' && validated.itemCount,
          invalidUtf8Count: validated.kind === 'ok' && validated.invalidUtf8Count,
        });
      }),
      { numRuns: 200 },
    );
  });
});
