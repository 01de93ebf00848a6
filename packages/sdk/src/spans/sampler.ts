import { type Sampler, SamplingDecision } from '@opentelemetry/sdk-trace';

/**
 * A sampler that decides as `inner` does, except that a span of cost which `inner` would drop is still recorded: our
 * export gets it, exporters of the application do not. Spans of model calls are of cost whoever tells of them; queries of
 * databases only where Costspan meters them, because every SQL statement looks like one.
 */
export const createSampler = (inner: Sampler): Sampler => ({
  shouldSample: (context, traceId, name, kind, attributes, links) => {
    const result = inner.shouldSample(context, traceId, name, kind, attributes, links);
    if (result.decision !== SamplingDecision.NOT_RECORD || !isOfCost(attributes)) return result;
    return { ...result, decision: SamplingDecision.RECORD };
  },
  toString: () => `Costspan(${inner.toString()})`,
});

const PREFIXES = ['costspan.', 'gen_ai.', 'llm.', 'ai.'];

const isOfCost = (attributes: Readonly<Record<string, unknown>>): boolean => {
  for (const key in attributes) {
    if (PREFIXES.some((prefix) => key.startsWith(prefix))) return true;
  }
  return false;
};
