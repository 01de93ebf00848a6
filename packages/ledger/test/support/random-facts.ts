import fc from 'fast-check';
import type { SpanFact } from '../../src/index.ts';
import { type FactSketch, fact } from './facts.ts';

const spanNames = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'] as const;

const sketch = (trace: string): fc.Arbitrary<FactSketch> =>
  fc
    .record(
      {
        span: fc.constantFrom(...spanNames),
        parent: fc.constantFrom('', ...spanNames, 'missing'),
        item: fc.constantFrom('ticket T-1', 'ticket T-2', 'claim T-1', '!id-too-long'),
        parentItem: fc.constantFrom('T-0', 'T-9'),
        outcome: fc.constantFrom('resolved', 'escalated'),
        start: fc.integer({ min: 0, max: 20 }),
        end: fc.integer({ min: 0, max: 20 }),
        dimensions: fc.constantFrom({ team: 'a' }, { team: 'b', region: 'eu' }),
        cost: fc.constantFrom('0.18', '0.000000000001', '12.5', '~0.02', '?no-price', '?tokens:invalid_usage'),
        currency: fc.constantFrom('USD', 'USD', 'USD', 'EUR'),
        category: fc.constantFrom('llm', 'vector', 'human'),
        role: fc.constantFrom('call', 'attempt', 'handoff', 'tool', 'aggregate'),
        waste: fc.boolean(),
        call: fc.constantFrom('r1', 'r2'),
        scope: fc.constantFrom('@costspan/sdk', 'other'),
        dialect: fc.constantFrom('costspan', 'costspan', 'http-attempt@2'),
        usage: fc.constantFrom({ requests: 1 }, { input_text_tokens: 10, output_text_tokens: '0.5' }),
        handoff: fc.constantFrom('h1', 'h2'),
        touchMs: fc.integer({ min: 1, max: 9 }),
        bytes: fc.integer({ min: 1, max: 40_000 }),
        perGigabyte: fc.constantFrom('0.10', '0.45', '?'),
      },
      { requiredKeys: ['span'] },
    )
    .map((each) => ({ ...each, trace }));

/** Facts of one trace: circles, missing parents, several facts of one span, every role, duplicates, all kinds of receipts. */
export const anyTrace: fc.Arbitrary<readonly SpanFact[]> = fc
  .array(sketch('trace-1'), { minLength: 1, maxLength: 14 })
  .map((sketches) => sketches.map(fact));

/** Facts of up to three traces of which some share items. */
export const anyTraces: fc.Arbitrary<readonly SpanFact[]> = fc
  .array(fc.constantFrom('trace-1', 'trace-2', 'trace-3').chain(sketch), { minLength: 1, maxLength: 24 })
  .map((sketches) => sketches.map(fact));
