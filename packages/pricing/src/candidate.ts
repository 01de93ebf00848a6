import type { CompiledModifier } from './compiled-book.ts';
import { type CompiledRow, parsedDecimal } from './compiled-row.ts';
import { byPrecedence } from './find-ties.ts';
import { formatDecimal, multiplyDecimals, multiplyRate, type Rate, rateOf } from './money.ts';
import type { Reason } from './reasons.ts';
import { isTokenUnit } from './usage.ts';

/** A price with the factors of its modifiers multiplied in. */
export type EffectivePrice = { readonly rate: Rate; readonly factor: string | undefined };

/** A row that may price a unit of the request, with everything settled that does not depend on time and size. */
export type Candidate = {
  readonly row: CompiledRow;
  /** Why a price from here is an estimate. */
  readonly reason: Reason | undefined;
  /** Modifiers that may apply; time and size decide. */
  readonly modifiers: readonly CompiledModifier[];
  /** Which of the regions of the request the row names, the nearest first; 0 when it names none. */
  readonly regionPlace: number;
  /** True when the row is of the standard tier and holds only together with a modifier of the tier served. */
  readonly needsTierModifier: boolean;
  /** Rows of the standard tier for longer inputs, which a row of another tier without an input condition does not cover. */
  readonly contextRows: readonly CompiledRow[];
  /** The price without any modifier. */
  readonly plain: EffectivePrice;
  /** The last price made with modifiers: which ones hold seldom changes from call to call. */
  modified: ModifiedPrice | undefined;
};

type ModifiedPrice = EffectivePrice & { readonly holding: readonly CompiledModifier[] };

/** What a request settles for every row of its model. */
export type Scope = {
  /** Tier served; undefined: standard. */
  readonly tier: string | undefined;
  /** Whether the standard tier is only assumed. */
  readonly isTierAssumed: boolean;
  /** Reporting currency. */
  readonly currency: string;
  /** Regions the request is of, the nearest first: the one it names, then that of a Bedrock profile. */
  readonly regions: readonly string[];
  /** Those that concern the provider and the name. */
  readonly modifiers: readonly CompiledModifier[];
};

/** Within a match, a row of the tier served goes before a row of the standard tier that a modifier adapts. */
export const byCandidatePrecedence = (a: Candidate, b: Candidate): number =>
  b.row.layerRank - a.row.layerRank ||
  b.row.match.rank - a.row.match.rank ||
  Number(a.needsTierModifier) - Number(b.needsTierModifier) ||
  b.row.keyCount - a.row.keyCount ||
  a.regionPlace - b.regionPlace ||
  byPrecedence(a.row, b.row);

/** Fees of tools, machines, storage and people: they stand beside the model and do not follow its service tier. */
const TIERLESS_UNITS: ReadonlySet<string> = new Set([
  'web_searches',
  'file_searches',
  'code_sessions',
  'tool_calls',
  'vector_queries',
  'vector_read_units',
  'vector_write_units',
  'storage_gb_months',
  'egress_gb',
  'human_ms',
  'telemetry_gb',
  'telemetry_spans',
]);

/** The candidate a row makes for a request, or what keeps it out: its tier or its region. */
export const toCandidate = (
  row: CompiledRow,
  rows: readonly CompiledRow[],
  reason: Reason | undefined,
  scope: Scope,
): Candidate | 'tier' | 'region' => {
  const regionPlace = row.region === undefined ? 0 : scope.regions.indexOf(row.region);
  if (regionPlace === -1) return 'region';
  const modifiers = scope.modifiers.filter((modifier) => mayModify(modifier, row, scope));
  const needsTierModifier = row.tier !== scope.tier && !(row.tier === undefined && TIERLESS_UNITS.has(row.unit));
  if (needsTierModifier && !(row.tier === undefined && modifiers.some(({ tier }) => tier !== undefined))) return 'tier';
  const isFlatTierRow = row.tier !== undefined && row.inputMin === 0;
  const contextRows = isFlatTierRow ? rows.filter((other) => isContextRow(other, row, scope)) : [];
  const plain: EffectivePrice = { rate: rateOf(parsedDecimal(row.amount), parsedDecimal(row.per)), factor: undefined };
  return { row, reason, modifiers, regionPlace, needsTierModifier, contextRows, plain, modified: undefined };
};

const isContextRow = (other: CompiledRow, row: CompiledRow, scope: Scope): boolean =>
  other.inputMin > 0 &&
  other.tier === undefined &&
  other.unit === row.unit &&
  other.layerRank === row.layerRank &&
  other.match === row.match &&
  (other.region === undefined || scope.regions.includes(other.region));

/** A modifier does not touch a row that names one of its conditions itself: such a row has the surcharge in its price. */
const mayModify = (modifier: CompiledModifier, row: CompiledRow, scope: Scope): boolean => {
  if (modifier.units === undefined ? !isTokenUnit(row.unit) : !modifier.units.has(row.unit)) return false;
  if (modifier.tier !== undefined && (modifier.tier !== scope.tier || row.tier !== undefined)) return false;
  if (modifier.region !== undefined && (!scope.regions.includes(modifier.region) || row.region !== undefined)) return false;
  if (modifier.inputMin > 0 && row.inputMin > 0) return false;
  return modifier.timeFrom === -1 || row.timeFrom === -1;
};

/** The price of a candidate with the modifiers that hold. */
export const effectivePriceOf = (candidate: Candidate, holding: readonly CompiledModifier[]): EffectivePrice => {
  const { plain, modified } = candidate;
  if (holding.length === 0) return plain;
  if (modified?.holding.length === holding.length && holding.every((one, at) => one === modified.holding[at])) return modified;
  const factors = holding.map(({ factor }) => factor);
  candidate.modified = {
    holding,
    rate: factors.reduce(multiplyRate, plain.rate),
    factor: formatDecimal(factors.reduce(multiplyDecimals)),
  };
  return candidate.modified;
};
