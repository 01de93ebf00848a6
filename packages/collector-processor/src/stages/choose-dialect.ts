import type { Dialect, Signature } from '../dialects/dialect.ts';
import type { KeyId, KeyTable, SpanView } from '../otlp/span-view.ts';

/** Finds the dialect that reads a span: the first whose signature fits. */
export type ChooseDialect = (span: SpanView) => Dialect | undefined;

/**
 * Compiles the signatures of dialects. Scopes repeat from span to span, so the dialects that a scope allows are worked out
 * once per run of spans of it; what remains per span are looks into the table of keys.
 */
export const createChooseDialect = (dialects: readonly Dialect[], table: KeyTable): ChooseDialect => {
  const signatures = dialects.flatMap((dialect) => dialect.detect.map((signature) => compile(dialect, signature, table)));
  let scopeName: string | undefined;
  let allowed: readonly Compiled[] = [];
  return (span) => {
    if (span.scopeName !== scopeName) {
      scopeName = span.scopeName;
      allowed = signatures.filter(({ scope }) => scope === undefined || scope(span.scopeName));
    }
    for (const { dialect, name, keys, keyPrefix } of allowed) {
      if (name !== undefined && !name(span.name)) continue;
      if (keys !== undefined && !hasAny(span, keys)) continue;
      if (keyPrefix === undefined || span.withPrefix(keyPrefix).length > 0) return dialect;
    }
    return undefined;
  };
};

type Test = (text: string) => boolean;

type Compiled = {
  readonly dialect: Dialect;
  readonly scope: Test | undefined;
  readonly name: Test | undefined;
  readonly keys: readonly KeyId[] | undefined;
  readonly keyPrefix: string | undefined;
};

const compile = (dialect: Dialect, signature: Signature, table: KeyTable): Compiled => ({
  dialect,
  scope: signature.scope === undefined ? undefined : anyOf(signature.scope),
  name: signature.name === undefined ? undefined : anyOf(signature.name),
  keys: signature.key?.map((key) => table.idOf(key)).filter((id) => id !== undefined),
  keyPrefix: signature.keyPrefix,
});

/** True for a text that is one of these names, or begins with one that ends in `*`. */
const anyOf = (names: readonly string[]): Test => {
  const exact = new Set(names.filter((name) => !name.endsWith('*')));
  const prefixes = names.filter((name) => name.endsWith('*')).map((name) => name.slice(0, -1));
  return (text) => exact.has(text) || prefixes.some((prefix) => text.startsWith(prefix));
};

const hasAny = (span: SpanView, keys: readonly KeyId[]): boolean => {
  for (const key of keys) if (span.get(key) !== undefined) return true;
  return false;
};
