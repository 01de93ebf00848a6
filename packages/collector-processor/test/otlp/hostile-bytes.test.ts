import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createKeyTable } from '../../src/otlp/key-table.ts';
import { rewriteTraces } from '../../src/otlp/rewrite-traces.ts';
import type { NewAttribute } from '../../src/otlp/span-view.ts';
import { validateRequest } from '../../src/otlp/validate-request.ts';
import { decodeWithOracle, encodeWithOracle } from './proto.ts';
import { tracesRequestWithSpans } from './support/arbitrary-traces.ts';
import { mutate } from './support/mutate.ts';
import { createRandom, type Random } from './support/random.ts';
import { encodeScrambled } from './support/scramble.ts';
import { expectedOutline, expectedSnapshots, outline, type Snapshot, takeSnapshot } from './support/traces-model.ts';

// COSTSPAN_FUZZ_PAYLOADS=2000000 COSTSPAN_FUZZ_SEED=7 vitest run hostile-bytes: as many and other ones.
const fuzzSeed = Number(process.env['COSTSPAN_FUZZ_SEED'] ?? 20_261_122);
const payloadsMax = Number(process.env['COSTSPAN_FUZZ_PAYLOADS'] ?? 20_000);

const message = 'ExportTraceServiceRequest';
const ownedPrefix = 'costspan.cost.';
const keyNames = ['gen_ai.request.model', 'costspan.category', 'k', ''];
const keys = createKeyTable(keyNames);
const keyIds = keyNames.map((key) => keys.idOf(key)!);
const added: readonly NewAttribute[] = [
  ['costspan.cost.exact', '0.0125'],
  ['costspan.category', 'llm'],
  ['costspan.cost.amount', 0.0125],
];

type Outcome = { readonly result: unknown; readonly bytes: Buffer | undefined; readonly seen: readonly Snapshot[] };

function rewrite(body: Uint8Array): Outcome {
  const seen: Snapshot[] = [];
  const result = rewriteTraces(body, { keys, ownedPrefix }, (view) => {
    seen.push(takeSnapshot(view, keyIds, 'costspan.'));
    return added;
  });
  if (result.kind === 'invalid') return { result, bytes: undefined, seen: [] };
  const { body: rewritten, ...rest } = result;
  return { result: rest, bytes: Buffer.from(rewritten), seen };
}

/** The same bytes in the middle of others that would read on as a longer request, at any alignment. */
function poison(body: Buffer, random: Random): Buffer {
  const before = Buffer.alloc(1 + random(9), 0x0a);
  const after = Buffer.alloc(64, Buffer.from('0a7f120a0a030a0166127c12', 'hex'));
  return Buffer.concat([before, body, after]).subarray(before.length, before.length + body.length);
}

function createBodies(count: number): Buffer[] {
  const random = createRandom(fuzzSeed);
  const requests = fc.sample(tracesRequestWithSpans, { numRuns: count, seed: fuzzSeed });
  return requests.map((request, index) =>
    index % 2 === 0 ? encodeWithOracle(message, request) : encodeScrambled(message, request, random),
  );
}

describe('hostile bytes', () => {
  test(`OTLP-64: ${payloadsMax} mutated requests are rewritten as the oracle would, or refused`, () => {
    const random = createRandom(fuzzSeed);
    const bodies = createBodies(200);
    const counts = { ok: 0, invalid: 0, compared: 0 };
    for (let round = 0; round < payloadsMax; round += 1) {
      const body = mutate(bodies[round % bodies.length]!, random);
      const outcome = rewrite(body);
      const poisoned = rewrite(poison(body, random));
      const context = `round ${round}, request ${body.toString('hex')}`;
      expect(poisoned, context).toEqual(outcome);
      const validated = validateRequest('traces', body);
      if (outcome.bytes === undefined) {
        counts.invalid += 1;
        expect(validated.kind, context).toBe('invalid');
        continue;
      }
      counts.ok += 1;
      expect(validated, context).toEqual({ kind: 'ok', itemCount: outcome.seen.length, invalidUtf8Count: expect.any(Number) });
      // The oracle refuses whole requests for one byte that is not UTF-8.
      if (validated.kind !== 'ok' || validated.invalidUtf8Count > 0) continue;
      counts.compared += 1;
      expect(outcome.seen, context).toEqual(expectedSnapshots(body, keyNames, 'costspan.'));
      expect(outline(outcome.bytes), context).toEqual(expectedOutline(body, { ownedPrefix, added: () => added }));
      decodeWithOracle(message, outcome.bytes);
    }
    expect(counts.invalid).toBeGreaterThan(payloadsMax / 10);
    expect(counts.compared).toBeGreaterThan(payloadsMax / 100);
  }, 3_600_000);

  test('of a request cut anywhere, nothing behind the cut is read', () => {
    for (const body of createBodies(30)) {
      for (let length = 0; length <= body.length; length += 1) {
        // The rest of the request follows in memory: whoever reads on finds what he hopes for.
        expect(rewrite(body.subarray(0, length))).toEqual(rewrite(Buffer.from(body.subarray(0, length))));
      }
    }
  }, 120_000);

  test('noise is refused or harmless', () => {
    const random = createRandom(fuzzSeed);
    for (let round = 0; round < 5_000; round += 1) {
      const noise = Buffer.from(Array.from({ length: random(64) }, () => random(256)));
      expect(rewrite(noise).bytes === undefined).toBe(validateRequest('traces', noise).kind === 'invalid');
    }
  });
});
