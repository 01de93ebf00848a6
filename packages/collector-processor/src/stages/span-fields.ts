import type { Keys, SpanFields } from '../dialects/dialect.ts';
import type { AttributeValue, KeyTable, SpanView } from '../otlp/span-view.ts';
import { createCarriedAmong } from './asked-keys.ts';

/**
 * Opens the fields of the span a cursor stands on. A key nobody declared is never present. `keepsEvidence`: whether there is a
 * ledger that keeps what was read besides usage and names.
 */
export const openSpanFields = (span: SpanView, table: KeyTable, keepsEvidence: boolean = true): SpanFields => {
  const carriedAmong = createCarriedAmong(span, table);
  const text = (keys: Keys): string | undefined => {
    const ids = carriedAmong(keys);
    for (let index = 0; index < ids.length; index += 1) {
      const value = textOf(span.get(ids[index]!));
      if (value !== undefined) return value;
    }
    return undefined;
  };
  const first = (keys: Keys): AttributeValue | undefined => {
    const ids = carriedAmong(keys);
    for (let index = 0; index < ids.length; index += 1) {
      const value = span.get(ids[index]!);
      if (value !== undefined) return value;
    }
    return undefined;
  };
  return {
    span,
    get: first,
    text,
    evidence: keepsEvidence ? text : () => undefined,
    present: (keys) => {
      const ids = carriedAmong(keys);
      for (let index = 0; index < ids.length; index += 1) if (span.get(ids[index]!) !== undefined) return table.keys[ids[index]!];
      return undefined;
    },
    first,
  };
};

/** Text of an attribute that names something: text that is not empty, or a number as text. */
export const textOf = (value: AttributeValue | undefined): string | undefined => {
  if (typeof value === 'string') return value === '' ? undefined : value;
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  return undefined;
};
