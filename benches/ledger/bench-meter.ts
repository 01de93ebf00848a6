import { defaultCompiledBook } from '@costspan/pricebook';
import { rewriteTraces } from '../../packages/collector-processor/src/otlp/rewrite-traces.ts';
import { createMeter } from '../../packages/collector-processor/src/stages/create-meter.ts';
import type { Meter } from '../../packages/collector-processor/src/stages/meter.ts';

/** A meter with the shipped book. */
export function createBenchMeter(): Meter {
  return createMeter({
    rewriteTraces,
    book: defaultCompiledBook(),
    emitterName: 'costspan',
    idFrom: [],
    typeFrom: [],
    trust: { declaredCost: true, providerCost: true, billable: true },
  });
}
