import fc from 'fast-check';
import { hex, type PlannedSpan, plannedSpans, traceRequest } from '../../test/support/random-traces.ts';

/**
 * The same few hundred OTLP/JSON requests in every run: traces with everything that the ledger treats differently, each cut
 * into two requests. All first halves come before all second halves, so that faults fall between them.
 */
export function faultTraffic(): readonly string[] {
  const plans = fc.sample(plannedSpans, { numRuns: 200, seed: 20_261_122 });
  const halves = plans.map((spans, plan) => {
    const own: readonly PlannedSpan[] = spans.map((span) => ({
      ...span,
      traceId: `${hex(plan + 1, 8)}${span.traceId.slice(8)}`,
    }));
    return [own.filter((_, index) => index % 2 === 0), own.filter((_, index) => index % 2 === 1)] as const;
  });
  return [...halves.map(([first]) => first), ...halves.map(([, second]) => second)]
    .filter((batch) => batch.length > 0)
    .map(traceRequest);
}
