import type { SpanFields } from '../dialects/dialect.ts';
import type { AttributeValue, KeyTable, SpanView } from '../otlp/span-view.ts';

/** Opens the fields of the span a cursor stands on. A key nobody declared is never present. */
export const openSpanFields = (span: SpanView, table: KeyTable): SpanFields => {
  const get = (key: string): AttributeValue | undefined => {
    const id = table.idOf(key);
    return id === undefined ? undefined : span.get(id);
  };
  return {
    span,
    get,
    text: (keys) => {
      for (const key of keys) {
        const value = textOf(get(key));
        if (value !== undefined) return value;
      }
      return undefined;
    },
    present: (keys) => {
      for (const key of keys) if (get(key) !== undefined) return key;
      return undefined;
    },
  };
};

/** Text of an attribute that names something: text that is not empty, or a number as text. */
export const textOf = (value: AttributeValue | undefined): string | undefined => {
  if (typeof value === 'string') return value === '' ? undefined : value;
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  return undefined;
};
