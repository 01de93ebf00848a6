import type { Keys, SpanFields } from '../dialects/dialect.ts';
import type { AttributeValue, KeyId, KeyTable, SpanView } from '../otlp/span-view.ts';
import { KEY_LISTS_MAX } from './limits.ts';
import { remember } from './remember.ts';

/**
 * Opens the fields of the span a cursor stands on. A key nobody declared is never present. `keepsEvidence`: whether there is a
 * ledger that keeps what was read besides usage and names.
 */
export const openSpanFields = (span: SpanView, table: KeyTable, keepsEvidence: boolean = true): SpanFields => {
  const idsOf = createIdsOf(table);
  const text = (keys: Keys): string | undefined => {
    const ids = idsOf(keys);
    for (let index = 0; index < ids.length; index += 1) {
      const value = textOf(span.get(ids[index]!));
      if (value !== undefined) return value;
    }
    return undefined;
  };
  return {
    span,
    get: (key) => {
      const id = table.idOf(key);
      return id === undefined ? undefined : span.get(id);
    },
    text,
    evidence: keepsEvidence ? text : () => undefined,
    present: (keys) => {
      const ids = idsOf(keys);
      for (let index = 0; index < ids.length; index += 1) if (span.get(ids[index]!) !== undefined) return table.keys[ids[index]!];
      return undefined;
    },
    first: (keys) => {
      const ids = idsOf(keys);
      for (let index = 0; index < ids.length; index += 1) {
        const value = span.get(ids[index]!);
        if (value !== undefined) return value;
      }
      return undefined;
    },
  };
};

/**
 * Numbers of the keys of a list. Readers ask for the same lists on span after span: each is looked up once, and known by being
 * the same list from then on.
 */
const createIdsOf = (table: KeyTable): ((keys: Keys) => readonly KeyId[]) =>
  remember(KEY_LISTS_MAX, (keys) =>
    (typeof keys === 'string' ? [keys] : keys).map((key) => table.idOf(key)).filter((id) => id !== undefined),
  );

/** Text of an attribute that names something: text that is not empty, or a number as text. */
export const textOf = (value: AttributeValue | undefined): string | undefined => {
  if (typeof value === 'string') return value === '' ? undefined : value;
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  return undefined;
};
