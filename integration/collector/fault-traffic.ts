import fc from 'fast-check';
import { hex, type PlannedSpan, plannedSpans, traceRequest } from '../../test/support/random-traces.ts';

/**
 * The same few hundred OTLP/JSON requests in every run: traces with everything that the ledger treats differently, each cut
 * into two requests, so that a fault can fall between its halves.
 */
export function faultTraffic(): readonly string[] {
  const plans = fc.sample(plannedSpans, { numRuns: 200, seed: 20_261_122 });
  return plans.flatMap((spans, plan) => {
    const own: readonly PlannedSpan[] = spans.map((span) => ({
      ...span,
      traceId: `${hex(plan + 1, 8)}${span.traceId.slice(8)}`,
    }));
    const middle = Math.ceil(own.length / 2);
    return [own.slice(0, middle), own.slice(middle)].filter((batch) => batch.length > 0).map(traceRequest);
  });
}
