import fc from 'fast-check';
import { type SpanFact, isLink as saysNothing } from '../../src/index.ts';
import { fact } from './facts.ts';

/** Facts of one trace whose spans mostly say the same, one per span. */
export const anyPlainTrace = (trace: string): fc.Arbitrary<readonly SpanFact[]> =>
  fc
    .record({
      common: fc.record(
        {
          item: fc.constantFrom('ticket T-1', 'claim T-1'),
          dimensions: fc.constantFrom({ team: 'a' }, { team: 'b', region: 'eu' }),
        },
        { requiredKeys: [] },
      ),
      isCounted: fc.boolean(),
      spans: fc.array(
        fc.record(
          {
            span: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'),
            parent: fc.constantFrom('', 'a', 'b', 'c', 'missing'),
            start: fc.integer({ min: 0, max: 20 }),
            end: fc.integer({ min: 0, max: 20 }),
            cost: fc.constantFrom('0.18', '~0.02', '?no-price', '?tokens:invalid_usage'),
            currency: fc.constantFrom('USD', 'USD', 'USD', 'EUR'),
            category: fc.constantFrom('llm', 'vector', 'human', 'embedding'),
            role: fc.constantFrom('call', 'call', 'attempt', 'handoff', 'tool', 'aggregate'),
            call: fc.constantFrom('r1', 'r2', 'r3'),
            scope: fc.constantFrom('@costspan/sdk', '@costspan/sdk', '@costspan/sdk', 'other'),
            usage: fc.constantFrom({ requests: 1 }, { input_text_tokens: 10, output_text_tokens: '0.5' }),
            handoff: fc.constantFrom('h1', 'h2'),
            isLink: fc.boolean(),
            bytes: fc.integer({ min: 1, max: 40_000 }),
            perGigabyte: fc.constantFrom('0.10', '0.10', '0.10', '0.45'),
            odd: fc.constantFrom({ item: 'ticket T-2' }, { outcome: 'resolved' }, { dimensions: { team: 'c' } }, {}, {}, {}),
          },
          { requiredKeys: ['span', 'bytes'] },
        ),
        { minLength: 1, maxLength: 10 },
      ),
    })
    .map(({ common, isCounted, spans }) =>
      [...Map.groupBy(spans, ({ span }) => span).values()].flatMap(([first]) => {
        if (first === undefined) return [];
        const { isLink, odd, bytes, ...sketch } = first;
        const counted = isCounted ? { ...sketch, bytes } : sketch;
        const { span, parent = '', start = 0, end = 1, perGigabyte = '0.10' } = counted;
        // Of a span that says nothing a request brings times only where it is counted as telemetry.
        const link = fact({ span, parent, trace, ...(isCounted ? { bytes, perGigabyte, start, end } : {}) });
        if (isLink === true) return [link];
        const whole = fact({ ...common, ...counted, ...odd, trace });
        return [saysNothing(whole) ? link : whole];
      }),
    );
