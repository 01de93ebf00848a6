import { Buffer } from 'node:buffer';
import type { Outcome, SpanFact } from '@costspan/ledger';
import {
  ATTR_COSTSPAN_DIMENSION_PREFIX,
  ATTR_COSTSPAN_WORK_ITEM_ID,
  ATTR_COSTSPAN_WORK_ITEM_OUTCOME,
  ATTR_COSTSPAN_WORK_ITEM_OUTCOME_AT,
  ATTR_COSTSPAN_WORK_ITEM_PARENT_ID,
  ATTR_COSTSPAN_WORK_ITEM_TENANT,
  ATTR_COSTSPAN_WORK_ITEM_TYPE,
} from '@costspan/semconv';
import type { DimensionMap } from '../dimensions/dimension-map.ts';
import type { KeyId, KeyShape, KeyTable, OwnWords, SpanView, SpanWire } from '../otlp/span-view.ts';
import {
  DIMENSIONS_MAX,
  ITEM_NAME_BYTES_MAX,
  KNOWN_SHAPES_MAX,
  NAME_CHARACTERS_MAX,
  OWN_WORDS_BYTES_MAX,
  RECENT_ITEMS_MAX,
} from './limits.ts';
import type { SenderContext } from './meter.ts';
import { remember } from './remember.ts';
import { textOf } from './span-fields.ts';

/** Where work items are found besides their own attributes. */
export type IdentifyOptions = {
  /** Keys that may hold an id, in order; each is looked for on the span, then on its resource. */
  readonly idFrom: readonly string[];
  /** Keys that may hold a type, in order; each is looked for on the span, then on its resource. */
  readonly typeFrom: readonly string[];
  /** Dimensions that are kept, without their prefix; absent: all. */
  readonly dimensionKeys?: readonly string[];
  /** Dimensions that a file gives spans, by their attributes; absent: none. */
  readonly dimensionMap?: DimensionMap;
};

/** What a span says about its work item, from itself and its resource. Ancestors are for the ledger to know. */
export type Identity = Pick<SpanFact, 'tenant' | 'item' | 'itemProblem' | 'outcome' | 'dimensions'>;

/** Whether a span says anything about its work item. */
export const saysSomething = ({ item, itemProblem, outcome, dimensions }: Identity): boolean =>
  item !== undefined || itemProblem !== undefined || outcome !== undefined || dimensions !== undefined;

/** Reads the identity of the span under the cursor. */
export type IdentifyItem = (span: SpanView, sender: SenderContext) => Identity;

/** Every key that identifying items asks for. */
export const keysOfItems = ({ idFrom, typeFrom, dimensionKeys = [], dimensionMap }: IdentifyOptions): readonly string[] => [
  ...ITEM_KEYS,
  ...idFrom,
  ...typeFrom,
  ...dimensionKeys.map((key) => `${ATTR_COSTSPAN_DIMENSION_PREFIX}${key}`),
  ...(dimensionMap?.keys ?? []),
];

const ITEM_KEYS: readonly string[] = [
  ATTR_COSTSPAN_WORK_ITEM_ID,
  ATTR_COSTSPAN_WORK_ITEM_TYPE,
  ATTR_COSTSPAN_WORK_ITEM_TENANT,
  ATTR_COSTSPAN_WORK_ITEM_PARENT_ID,
  ATTR_COSTSPAN_WORK_ITEM_OUTCOME,
  ATTR_COSTSPAN_WORK_ITEM_OUTCOME_AT,
];

/** Type of an item whose type nobody said. */
export const TYPE_UNSPECIFIED = 'unspecified';

/** Tenant of a span that names none and whose sender has none. */
const TENANT_DEFAULT = 'default';

/** The stage, and what it knows of spans before it reads them. */
export type Identifying = {
  readonly identify: IdentifyItem;
  /** What all spans of this one's shape and group say, because only their resource speaks; undefined where they may speak themselves. */
  readonly ofResource: IdentifyResource;
};

type IdentifyResource = (span: SpanView, sender: SenderContext) => Identity | undefined;

/** Builds the stage. */
export const createIdentifyItem = (options: IdentifyOptions, table: KeyTable): Identifying => {
  const own = (key: string): readonly Place[] => placesOf([key], table);
  const idPlaces = [...own(ATTR_COSTSPAN_WORK_ITEM_ID), ...placesOf(options.idFrom, table, 'id_from')];
  const typePlaces = [...own(ATTR_COSTSPAN_WORK_ITEM_TYPE), ...placesOf(options.typeFrom, table)];
  const tenantPlaces = own(ATTR_COSTSPAN_WORK_ITEM_TENANT);
  const parentPlaces = own(ATTR_COSTSPAN_WORK_ITEM_PARENT_ID);
  const outcomeOf = createOutcomeOf(table);
  const dimensionsOf = createDimensionsOf(options.dimensionKeys, table);
  // Most spans of a trace say the same about their item: it is said once, and the object tells that it is the same.
  const recent = new Map<string, Read>();
  const read = (span: SpanView, sender: SenderContext): Identity => {
    const tenant = sender.tenant ?? firstText(span, tenantPlaces)?.text ?? TENANT_DEFAULT;
    const id = firstText(span, idPlaces);
    const type = firstText(span, typePlaces)?.text ?? TYPE_UNSPECIFIED;
    const parentId = id === undefined ? undefined : firstText(span, parentPlaces)?.text;
    const said: Said = { tenant, id: id?.text, source: id?.source, type, parentId, dimensions: dimensionsOf(span) };
    const outcome = outcomeOf(span);
    if (outcome !== undefined) return { ...identityOf(said), outcome };
    const key = said.id ?? '';
    const known = recent.get(key);
    if (known !== undefined && isSame(known, said)) return known.identity;
    const identity = identityOf(said);
    if (recent.size === RECENT_ITEMS_MAX) recent.clear();
    recent.set(key, { ...said, identity });
    return identity;
  };
  const keys = new Set(keysOfItems(options).map((key) => table.idOf(key)));
  const mayHaveOwnWords = ({ keys: carried, mayHave }: KeyShape): boolean =>
    carried.some((key) => keys.has(key)) || (options.dimensionKeys === undefined && mayHave(ATTR_COSTSPAN_DIMENSION_PREFIX));
  const ofResource = withoutOwnWords(read, mayHaveOwnWords);
  const foreignKeys = [...keys].filter((key) => key !== undefined && table.keys[key]?.startsWith(OWN_WORDS) !== true);
  const readAgain = rememberLast(
    read,
    foreignKeys.filter((key) => key !== undefined),
  );
  return { identify: (span, sender) => ofResource(span, sender) ?? readAgain(span, sender), ofResource };
};

/** What the codec takes for our own words: the keys of this stage that it does not are compared one by one. */
const OWN_WORDS = 'costspan.';

/**
 * Spans of a trace say the same of their item, in the same bytes: those that say what the span before said are not read. An
 * outcome is not shared, because it may be that of the span's end.
 */
const rememberLast = (read: IdentifyItem, foreignKeys: readonly KeyId[]): IdentifyItem => {
  let last: Identity | undefined;
  const ownWords: OwnWords = { view: new DataView(new ArrayBuffer(OWN_WORDS_BYTES_MAX)), length: 0 };
  let foreign: ReadonlyArray<Uint8Array | undefined> = [];
  let groupNumber = Number.NaN;
  let senderTenant: string | undefined;
  const isAgain = (span: SpanView, wire: SpanWire, sender: SenderContext): boolean => {
    if (span.groupNumber !== groupNumber || sender.tenant !== senderTenant) return false;
    if (!wire.hasOwnWords(ownWords)) return false;
    for (let index = 0; index < foreignKeys.length; index += 1) {
      if (!wire.isWritten(foreignKeys[index]!, foreign[index])) return false;
    }
    return true;
  };
  return (span, sender) => {
    const { wire } = span;
    if (wire === undefined) return read(span, sender);
    if (last !== undefined && isAgain(span, wire, sender)) return last;
    const identity = read(span, sender);
    last = identity.outcome === undefined && wire.copyOwnWords(ownWords) ? identity : undefined;
    if (last === undefined) return identity;
    foreign = foreignKeys.map((key) => wire.copyValue(key));
    [groupNumber, senderTenant] = [span.groupNumber, sender.tenant];
    return identity;
  };
};

/**
 * Of a span that says nothing in its own words only the resource speaks: it does so once for all of a group. `mayHaveOwnWords` is
 * worked out once for a shape.
 */
const withoutOwnWords = (read: IdentifyItem, mayHaveOwnWords: (shape: KeyShape) => boolean): IdentifyResource => {
  const remembered = remember(KNOWN_SHAPES_MAX, mayHaveOwnWords);
  let shape: KeyShape | undefined;
  let hasOwn = true;
  let groupNumber = Number.NaN;
  let groupTenant: string | undefined;
  let ofGroup: Identity | undefined;
  return (span, sender) => {
    const ownShape = span.wire?.shape;
    if (ownShape !== shape) [shape, hasOwn] = [ownShape, ownShape === undefined || remembered(ownShape)];
    if (hasOwn) return undefined;
    if (ofGroup === undefined || groupNumber !== span.groupNumber || groupTenant !== sender.tenant) {
      [ofGroup, groupNumber, groupTenant] = [read(span, sender), span.groupNumber, sender.tenant];
    }
    return ofGroup;
  };
};

/** What a span says about its item, outcomes apart, which spans seldom share. */
type Said = {
  readonly tenant: string;
  readonly id: string | undefined;
  readonly source: Source | undefined;
  readonly type: string;
  readonly parentId: string | undefined;
  readonly dimensions: Dimensions | undefined;
};

type Read = Said & { readonly identity: Identity };

const isSame = (one: Said, other: Said): boolean =>
  one.tenant === other.tenant &&
  one.id === other.id &&
  one.source === other.source &&
  one.type === other.type &&
  one.parentId === other.parentId &&
  isSameDimensions(one.dimensions, other.dimensions);

const isSameDimensions = (one: Dimensions | undefined, other: Dimensions | undefined): boolean => {
  if (one === other) return true;
  if (one === undefined || other === undefined) return false;
  const keys = Object.keys(one);
  return keys.length === Object.keys(other).length && keys.every((key) => one[key] === other[key]);
};

const identityOf = ({ tenant, id, source = 'span', type, parentId, dimensions }: Said): Identity => {
  const isTenantKept = fits(tenant);
  const problem = isTenantKept ? problemOf(id, type) : 'tenant-too-long';
  const common = { tenant: isTenantKept ? tenant : TENANT_DEFAULT, ...(dimensions !== undefined && { dimensions }) };
  if (problem !== undefined) return { ...common, itemProblem: problem };
  if (id === undefined) return common;
  const parent = parentId !== undefined && fits(parentId) ? { parentId } : undefined;
  return { ...common, item: { type, id, ...parent, source } };
};

type Source = NonNullable<SpanFact['item']>['source'];
type Place = { readonly key: KeyId; readonly onResource: boolean; readonly source: Source };

/** The span before its resource, key by key. A configured key is named as such wherever it was found. */
const placesOf = (keys: readonly string[], table: KeyTable, source?: Source): readonly Place[] =>
  keys.flatMap((name) => {
    const key = table.idOf(name);
    if (key === undefined) return [];
    return [
      { key, onResource: false, source: source ?? 'span' },
      { key, onResource: true, source: source ?? 'resource' },
    ];
  });

const firstText = (span: SpanView, places: readonly Place[]): { readonly text: string; readonly source: Source } | undefined => {
  for (const { key, onResource, source } of places) {
    const text = textOf(onResource ? span.resource(key) : span.get(key));
    if (text !== undefined) return { text, source };
  }
  return undefined;
};

const fits = (text: string): boolean =>
  // A character takes three bytes at most (four are two characters), so short texts need not be counted.
  text.length * 3 <= ITEM_NAME_BYTES_MAX || Buffer.byteLength(text) <= ITEM_NAME_BYTES_MAX;

const problemOf = (id: string | undefined, type: string): string | undefined => {
  if (id === undefined) return undefined;
  if (!fits(id)) return 'id-too-long';
  return fits(type) ? undefined : 'type-too-long';
};

const OUTCOME_AT = /^\d{1,19}$/;

/** An outcome without a readable instant was decided when its span ended. One that is too long names nothing and is cut. */
const createOutcomeOf = (table: KeyTable): ((span: SpanView) => Outcome | undefined) => {
  const [valueKey, atKey] = [ATTR_COSTSPAN_WORK_ITEM_OUTCOME, ATTR_COSTSPAN_WORK_ITEM_OUTCOME_AT].map((key) => table.idOf(key));
  return (span) => {
    const value = valueKey === undefined ? undefined : textOf(span.get(valueKey));
    if (value === undefined) return undefined;
    const at = atKey === undefined ? undefined : textOf(span.get(atKey));
    const atNs = at !== undefined && OUTCOME_AT.test(at) ? BigInt(at) : span.endUnixNs;
    return { value: value.slice(0, NAME_CHARACTERS_MAX), atNs };
  };
};

type Dimensions = NonNullable<SpanFact['dimensions']>;

const createDimensionsOf = (
  dimensionKeys: readonly string[] | undefined,
  table: KeyTable,
): ((span: SpanView) => Dimensions | undefined) => {
  const allowed = dimensionKeys
    ?.toSorted()
    .slice(0, DIMENSIONS_MAX)
    .map((name) => [name, placesOf([`${ATTR_COSTSPAN_DIMENSION_PREFIX}${name}`], table)] as const);
  if (allowed === undefined) return createEveryDimensionOf();
  return (span) => dimensionsIn(allowed.map(([name, places]) => [name, firstText(span, places)?.text] as const));
};

/** Spans of one application mostly carry the same dimensions: those of the span before are compared and not made again. */
const createEveryDimensionOf = (): ((span: SpanView) => Dimensions | undefined) => {
  let before: ReturnType<SpanView['withPrefix']> = [];
  let ofResource = before;
  let groupNumber = Number.NaN;
  let dimensions: Dimensions | undefined;
  return (span) => {
    const own = span.withPrefix(ATTR_COSTSPAN_DIMENSION_PREFIX);
    if (groupNumber !== span.groupNumber) {
      [groupNumber, ofResource] = [span.groupNumber, span.resourceWithPrefix(ATTR_COSTSPAN_DIMENSION_PREFIX)];
    }
    // Of one key the last counts, which is the span's own.
    const found = ofResource.length === 0 ? own : [...ofResource, ...own];
    if (found.length === 0) return undefined;
    const isRepeated =
      found.length === before.length &&
      found.every(([key, value], index) => before[index]?.[0] === key && before[index][1] === value);
    if (!isRepeated) [before, dimensions] = [found, dimensionsIn(namedDimensions(found))];
    return dimensions;
  };
};

type FoundDimensions = ReadonlyArray<readonly [name: string, text: string | undefined]>;

const dimensionsIn = (found: FoundDimensions): Dimensions | undefined => {
  const dimensions: Record<string, string> = {};
  let isEmpty = true;
  for (const [name, text] of found) {
    if (text === undefined) continue;
    dimensions[name] = text.slice(0, NAME_CHARACTERS_MAX);
    isEmpty = false;
  }
  return isEmpty ? undefined : dimensions;
};

const namedDimensions = (found: ReturnType<SpanView['withPrefix']>): FoundDimensions =>
  found
    .map(([key, value]) => [key.slice(ATTR_COSTSPAN_DIMENSION_PREFIX.length, NAME_CHARACTERS_MAX), textOf(value)] as const)
    .toSorted(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0))
    .slice(0, DIMENSIONS_MAX);
