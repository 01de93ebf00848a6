import type { Dialect, Signature } from '../dialects/dialect.ts';
import { keysMax } from '../otlp/limits.ts';
import type { KeyId, KeyTable, SpanView } from '../otlp/span-view.ts';
import { RECENT_SCOPES_MAX } from './limits.ts';
import { remember } from './remember.ts';

/** Finds the dialect that reads a span: the first whose signature fits. */
export type ChooseDialect = (span: SpanView) => Dialect | undefined;

/**
 * Compiles the signatures of dialects. Scopes repeat from span to span, so the dialects that a scope allows are worked out
 * once for all spans of it; what remains per span are looks into the table of keys.
 */
export const createChooseDialect = (dialects: readonly Dialect[], table: KeyTable): ChooseDialect => {
  const pairs = dialects.flatMap((dialect) => dialect.detect.map((signature) => ({ dialect, signature })));
  const signatures = pairs.map(({ dialect, signature }, index) => compile(dialect, signature, table, index + 1));
  const allowedIn = remember(RECENT_SCOPES_MAX, (name: string) =>
    allow(signatures.filter(({ scope }) => scope === undefined || scope(name))),
  );
  let groupNumber = Number.NaN;
  let allowed = allow(signatures);
  return (span) => {
    if (span.groupNumber !== groupNumber) {
      groupNumber = span.groupNumber;
      allowed = allowedIn(span.scopeName);
    }
    const first = span.leastMark(allowed.places);
    // Most spans carry few keys that any dialect goes by: the first place that asks for one of them tells where to begin.
    if (allowed.keyless.length > 0) {
      const { name } = span;
      for (const signature of allowed.keyless) {
        if (first !== 0 && signature.place > first) break;
        if (fits(signature, span, name)) return signature.dialect;
      }
    }
    if (first === 0) return undefined;
    for (let index = allowed.indexes[first] ?? 0; index < allowed.all.length; index += 1) {
      const signature = allowed.all[index];
      if (signature !== undefined && fits(signature, span, undefined)) return signature.dialect;
    }
    return undefined;
  };
};

const fits = ({ name, keys, keyPrefix }: Compiled, span: SpanView, spanName: string | undefined): boolean =>
  (name === undefined || name(spanName ?? span.name)) &&
  (keys === undefined || hasAny(span, keys)) &&
  (keyPrefix === undefined || span.withPrefix(keyPrefix).length > 0);

/** The signatures a scope allows. */
type Allowed = {
  readonly all: readonly Compiled[];
  /** Those that go by no key. */
  readonly keyless: readonly Compiled[];
  /** By key number: place of the first signature that goes by the key; 0 where none does. */
  readonly places: Uint8Array;
  /** Index in `all` by place. */
  readonly indexes: Readonly<Record<number, number>>;
};

const allow = (all: readonly Compiled[]): Allowed => {
  const places = new Uint8Array(keysMax);
  for (const { place, keys = [] } of all) for (const key of keys) places[key] ||= place;
  const indexes: Record<number, number> = {};
  for (const [index, { place }] of all.entries()) indexes[place] ??= index;
  return { all, keyless: all.filter(({ keys }) => keys === undefined), places, indexes };
};

type Test = (text: string) => boolean;

type Compiled = {
  readonly dialect: Dialect;
  /** From 1; those that do not fit a byte share the last. */
  readonly place: number;
  readonly scope: Test | undefined;
  readonly name: Test | undefined;
  readonly keys: readonly KeyId[] | undefined;
  readonly keyPrefix: string | undefined;
};

const compile = (dialect: Dialect, signature: Signature, table: KeyTable, place: number): Compiled => ({
  dialect,
  place: Math.min(place, 0xff),
  scope: signature.scope === undefined ? undefined : anyOf(signature.scope),
  name: signature.name === undefined ? undefined : anyOf(signature.name),
  keys: signature.key?.map((key) => table.idOf(key)).filter((id) => id !== undefined),
  keyPrefix: signature.keyPrefix,
});

/** True for a text that is one of these names, or begins with one that ends in `*`. */
const anyOf = (names: readonly string[]): Test => {
  const exact = new Set(names.filter((name) => !name.endsWith('*')));
  const prefixes = names.filter((name) => name.endsWith('*')).map((name) => name.slice(0, -1));
  const [only] = names;
  if (names.length === 1 && only !== undefined && prefixes.length === 0) return (text) => text === only;
  return (text) => exact.has(text) || prefixes.some((prefix) => text.startsWith(prefix));
};

const hasAny = (span: SpanView, keys: readonly KeyId[]): boolean => {
  for (const key of keys) if (span.get(key) !== undefined) return true;
  return false;
};
