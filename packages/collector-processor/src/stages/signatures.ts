import { Buffer } from 'node:buffer';
import type { Dialect, Signature } from '../dialects/dialect.ts';
import type { KeyId, KeyShape, KeyTable, SpanView, SpanWire } from '../otlp/span-view.ts';
import { KNOWN_SHAPES_MAX, RECENT_SCOPES_MAX } from './limits.ts';
import { remember } from './remember.ts';

/** A signature ready to be looked for. */
export type Compiled = {
  readonly dialect: Dialect;
  readonly scope: Test | undefined;
  readonly name: Test | undefined;
  /** What the name is tested for. */
  readonly names: readonly string[];
  readonly keys: readonly KeyId[] | undefined;
  readonly keyPrefix: string | undefined;
};

type Test = (text: string) => boolean;

/** The signatures that spans of one scope and one set of keys may fit: all that is left to ask a span for. */
export type Candidates = {
  /** In the order in which they are asked. */
  readonly all: readonly Compiled[];
  /** Those that do not go by the span's name. */
  readonly unnamed: readonly Compiled[];
  /** Names that the others go by, spelled out; undefined where one goes by the beginning of names, or keys are not known. */
  readonly names: readonly Uint8Array[] | undefined;
  /** A bit for the length of each of them, modulo 32: tells most spans at once that their name is none of these. */
  readonly nameLengths: number;
};

/** Finds the candidates for a span. The same scope and shape give the same object, as long as they are remembered. */
export type CandidatesOf = (span: SpanView) => Candidates;

/**
 * Compiles the signatures of dialects. Scopes and sets of keys repeat from span to span, so what they allow is worked out once
 * for all spans that share them.
 */
export const createCandidatesOf = (dialects: readonly Dialect[], table: KeyTable): CandidatesOf => {
  const signatures = dialects.flatMap((dialect) => dialect.detect.map((signature) => compile(dialect, signature, table)));
  const inScope = remember(RECENT_SCOPES_MAX, (scopeName: string): InScope => {
    const all = signatures.filter(({ scope }) => scope === undefined || scope(scopeName));
    const unnamed = all.filter(({ name }) => name === undefined);
    const of = remember(KNOWN_SHAPES_MAX, (shape: KeyShape) => candidatesAmong(all, shape));
    return { unknown: { all, unnamed, names: undefined, nameLengths: -1 }, of };
  });
  let groupNumber = Number.NaN;
  let shape: KeyShape | undefined;
  let scope: InScope | undefined;
  let candidates: Candidates | undefined;
  return (span) => {
    const ownShape = span.wire?.shape;
    if (candidates !== undefined && ownShape === shape && span.groupNumber === groupNumber) return candidates;
    if (scope === undefined || span.groupNumber !== groupNumber) scope = inScope(span.scopeName);
    groupNumber = span.groupNumber;
    shape = ownShape;
    candidates = ownShape === undefined ? scope.unknown : scope.of(ownShape);
    return candidates;
  };
};

type InScope = { readonly unknown: Candidates; readonly of: (shape: KeyShape) => Candidates };

/** An attribute may be there and empty, so keys that are there are still to be asked for; keys that are not need not be. */
const candidatesAmong = (signatures: readonly Compiled[], { keys: carried, mayHave }: KeyShape): Candidates => {
  const all = signatures.filter(
    ({ keys, keyPrefix }) =>
      (keys === undefined || keys.some((key) => carried.includes(key))) && (keyPrefix === undefined || mayHave(keyPrefix)),
  );
  const named = all.flatMap(({ names: spelled }) => spelled);
  const names = named.some((name) => name.endsWith('*')) ? undefined : named.map((name) => new Uint8Array(Buffer.from(name)));
  const nameLengths = names === undefined ? -1 : names.reduce((bits, { length }) => bits | (1 << length), 0);
  return { all, unnamed: all.filter(({ name }) => name === undefined), names, nameLengths };
};

/** Whether a candidate might go by the name of the span. */
export const mayBeNamed = ({ names, nameLengths }: Candidates, wire: SpanWire): boolean =>
  (nameLengths & (1 << wire.nameBytes)) !== 0 && (names === undefined || wire.isNamed(names));

/** The dialect of the first of these signatures that fits. */
export const firstFitting = (signatures: readonly Compiled[], span: SpanView): Dialect | undefined => {
  for (const signature of signatures) if (fits(signature, span)) return signature.dialect;
  return undefined;
};

const fits = ({ name, keys, keyPrefix }: Compiled, span: SpanView): boolean =>
  (name === undefined || name(span.name)) &&
  (keys === undefined || hasAny(span, keys)) &&
  (keyPrefix === undefined || span.withPrefix(keyPrefix).length > 0);

const hasAny = (span: SpanView, keys: readonly KeyId[]): boolean => {
  const { wire } = span;
  for (let index = 0; index < keys.length; index += 1) {
    const key = keys[index]!;
    if (wire === undefined ? span.get(key) !== undefined : wire.has(key)) return true;
  }
  return false;
};

const compile = (dialect: Dialect, signature: Signature, table: KeyTable): Compiled => ({
  dialect,
  scope: signature.scope === undefined ? undefined : anyOf(signature.scope),
  name: signature.name === undefined ? undefined : anyOf(signature.name),
  names: signature.name ?? [],
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
