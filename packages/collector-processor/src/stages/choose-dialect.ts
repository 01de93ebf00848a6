import type { Dialect, Signature } from '../dialects/dialect.ts';
import { keysMax } from '../otlp/limits.ts';
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
  let allowed = allow(signatures);
  return (span) => {
    if (span.scopeName !== scopeName) {
      scopeName = span.scopeName;
      allowed = allow(signatures.filter(({ scope }) => scope === undefined || scope(span.scopeName)));
    }
    // Most spans of most services carry no key that any dialect goes by: one look tells.
    for (const { dialect, name, keys, keyPrefix } of span.hasMarked(allowed.marks) ? allowed.all : allowed.keyless) {
      if (name !== undefined && !name(span.name)) continue;
      if (keys !== undefined && !hasAny(span, keys)) continue;
      if (keyPrefix === undefined || span.withPrefix(keyPrefix).length > 0) return dialect;
    }
    return undefined;
  };
};

/** The signatures a scope allows. */
type Allowed = {
  readonly all: readonly Compiled[];
  /** Those that go by no key. */
  readonly keyless: readonly Compiled[];
  /** 1 under the number of every key that one of the others goes by. */
  readonly marks: Uint8Array;
};

const allow = (all: readonly Compiled[]): Allowed => {
  const marks = new Uint8Array(keysMax);
  for (const key of all.flatMap(({ keys = [] }) => keys)) marks[key] = 1;
  return { all, keyless: all.filter(({ keys }) => keys === undefined), marks };
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
