import type { ReadableSpan } from '@opentelemetry/sdk-trace';

/** The spans of vector databases in a few words each: name, and the attributes that say what was done and used. */
export const vectorSpans = (spans: readonly ReadableSpan[]): readonly Readonly<Record<string, unknown>>[] =>
  spans.map(({ name, attributes }) => {
    const { 'costspan.role': _role, 'costspan.category': category, 'db.system.name': _system, ...told } = attributes;
    return { name, ...(category !== 'vector' && { category }), ...told };
  });
