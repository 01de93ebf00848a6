import { type Sampler, SamplingDecision } from '@opentelemetry/sdk-trace';
import { CostspanError, shown } from '../errors.ts';

/**
 * A sampler that decides as `inner` does, except that a span of cost which `inner` would drop is still recorded: our
 * export gets it, exporters of the application do not. Spans of model calls are of cost whoever tells of them; queries of
 * databases only where Costspan meters them, because every SQL statement looks like one.
 */
export const createSampler = (inner: Sampler): Sampler => {
  checkSampler(inner);
  return {
    shouldSample: (context, traceId, name, kind, attributes, links) => {
      const result = inner.shouldSample(context, traceId, name, kind, attributes, links);
      if (result.decision !== SamplingDecision.NOT_RECORD || !isOfCost(attributes)) return result;
      return { ...result, decision: SamplingDecision.RECORD };
    },
    toString: () => `Costspan(${inner.toString()})`,
  };
};

// Here and not at the first span, where the application's own call would fail.
const checkSampler = (inner: unknown): void => {
  if (typeof inner === 'object' && inner !== null && 'shouldSample' in inner) return;
  throw new CostspanError({
    code: 'option-invalid',
    where: 'sampler',
    problem: 'expected a Sampler of OpenTelemetry',
    found: shown(inner),
    advice: 'give the one to wrap, such as new TraceIdRatioBasedSampler(0.1)',
  });
};

const PREFIXES = ['costspan.', 'gen_ai.', 'llm.', 'ai.'];

const isOfCost = (attributes: Readonly<Record<string, unknown>>): boolean => {
  for (const key in attributes) {
    if (PREFIXES.some((prefix) => key.startsWith(prefix))) return true;
  }
  return false;
};
