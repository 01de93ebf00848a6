import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { SDK_SCOPE } from '../version.ts';

// Prefixes of the attributes by which other instrumentations report model and database calls.
const PREFIXES = ['costspan.', 'gen_ai.', 'llm.', 'ai.', 'db.'];

/** Whether a span may bear cost: it is ours, or has attributes of a model or database call. */
export const isCostSpan = (span: Pick<ReadableSpan, 'instrumentationScope' | 'attributes'>): boolean => {
  if (span.instrumentationScope.name === SDK_SCOPE) return true;
  for (const key in span.attributes) {
    if (PREFIXES.some((prefix) => key.startsWith(prefix))) return true;
  }
  return false;
};
