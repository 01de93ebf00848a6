import type { KnownUnit } from '@costspan/semconv';
import { PARENT_UNIT, TOKEN_UNITS, UNITS } from '@costspan/semconv';
import { COUNT_MAX, NAME_CHARACTERS_MAX, USAGE_UNITS_MAX } from './limits.ts';
import { compareDecimal, type Decimal, decimalToCount, formatDecimal, parseDecimal } from './money.ts';
import type { Reason } from './reasons.ts';

/** A unit of usage: one that Costspan knows, or a custom name that needs its own price row. */
export type Unit = KnownUnit | (string & {});

/**
 * Disjoint counts by unit. A count is a safe integer, or decimal text such as `"0.25"` where fractions occur.
 * A unit that is absent is unknown or unused, never zero.
 */
export type Usage = Readonly<Partial<Record<Unit, number | string>>>;

/** One unit of a usage that was read. */
export type ValidQuantity =
  | { readonly kind: 'count'; readonly unit: Unit; readonly count: number }
  | { readonly kind: 'decimal'; readonly unit: Unit; readonly decimal: Decimal };

/** One unit of a usage that was read, or why it cannot be. */
export type Quantity =
  | ValidQuantity
  | { readonly kind: 'invalid'; readonly unit: Unit; readonly found: string; readonly reason: Reason };

/** A usage that was read: quantities in the order of the registry, custom units behind by name. */
export type ReadQuantities = {
  readonly quantities: readonly Quantity[];
  /** True when no quantity is invalid. */
  readonly isValid: boolean;
  /** Input tokens of all kinds, caches included: what decides the context tier. */
  readonly inputTokens: number;
};

type UnitFacts = { readonly index: number; readonly isToken: boolean; readonly isInput: boolean; readonly isWhole: boolean };

const tokens: ReadonlySet<string> = new Set(TOKEN_UNITS);

/** Sizes and times have fractions, and so have the read and write units some vector databases report. */
const FRACTIONAL_UNITS: ReadonlySet<string> = new Set([
  'audio_seconds',
  'vector_read_units',
  'vector_write_units',
  'storage_gb_months',
  'compute_seconds',
  'gpu_seconds',
  'egress_gb',
  'human_ms',
  'telemetry_gb',
]);

const CUSTOM_UNIT: UnitFacts = { index: UNITS.length, isToken: false, isInput: false, isWhole: false };

const unitFacts: ReadonlyMap<string, UnitFacts> = new Map(
  UNITS.map((unit, index) => [
    unit,
    { index, isToken: tokens.has(unit), isInput: unit.startsWith('input_'), isWhole: !FRACTIONAL_UNITS.has(unit) },
  ]),
);

/** Whether a unit counts tokens; modifiers apply to these unless they name others. */
export const isTokenUnit = (unit: Unit): boolean => tokens.has(unit);

/** The unit whose price stands in when a price of this one is missing, or undefined at the end of the chain. */
export const parentUnitOf = (unit: Unit): Unit | undefined => parents.get(unit);

const parents: ReadonlyMap<string, Unit> = new Map(Object.entries(PARENT_UNIT));

/**
 * Reads a usage. Impossible counts (negative, fractions of a token, NaN, above 2^53 - 1, malformed text) come back as
 * invalid and are never clamped.
 */
export const readUsage = (usage: Usage): ReadQuantities => {
  const quantities: Quantity[] = [];
  let isValid = true;
  let isOrdered = true;
  let inputTokens = 0;
  let last = -1;
  for (const unit in usage) {
    const value = usage[unit];
    if (value === undefined) continue;
    if (unit.length > NAME_CHARACTERS_MAX || quantities.length === USAGE_UNITS_MAX) return tooLarge();
    const facts = unitFacts.get(unit) ?? CUSTOM_UNIT;
    const quantity = readQuantity(unit, value, facts);
    if (quantity.kind === 'invalid') isValid = false;
    else if (facts.isInput && quantity.kind === 'count') inputTokens += quantity.count;
    if (facts.index <= last) isOrdered = false;
    last = facts.index;
    quantities.push(quantity);
  }
  if (!isOrdered) quantities.sort(byUnit);
  return inputTokens > COUNT_MAX ? tooMuchInput(quantities) : { quantities, isValid, inputTokens };
};

/** The order of the registry, then custom units by name, whatever order the sender wrote. */
const byUnit = (a: Quantity, b: Quantity): number => indexOf(a) - indexOf(b) || (a.unit < b.unit ? -1 : 1);

const indexOf = ({ unit }: Quantity): number => (unitFacts.get(unit) ?? CUSTOM_UNIT).index;

const readQuantity = (unit: Unit, value: unknown, facts: UnitFacts): Quantity => {
  if (typeof value === 'number') {
    if (value >= 0 && Number.isSafeInteger(value)) return { kind: 'count', unit, count: value === 0 ? 0 : value };
    return invalid(unit, value, numberProblem(value, facts));
  }
  if (typeof value !== 'string') return invalid(unit, value, 'count-malformed');
  const decimal = parseDecimal(value);
  if (decimal === undefined) return invalid(unit, value, 'count-malformed');
  if (compareDecimal(decimal, 0) < 0) return invalid(unit, value, 'count-negative');
  if (compareDecimal(decimal, COUNT_MAX) > 0) return invalid(unit, value, 'count-too-large');
  const count = decimalToCount(decimal);
  if (count !== undefined) return { kind: 'count', unit, count };
  return facts.isWhole ? invalid(unit, value, 'count-not-whole') : { kind: 'decimal', unit, decimal };
};

const numberProblem = (value: number, facts: UnitFacts): Reason => {
  if (value < 0) return 'count-negative';
  if (value > COUNT_MAX && value < Number.POSITIVE_INFINITY) return 'count-too-large';
  return Number.isFinite(value) && facts.isWhole ? 'count-not-whole' : 'count-malformed';
};

const invalid = (unit: Unit, value: unknown, reason: Reason): Quantity => ({
  kind: 'invalid',
  unit,
  found: String(value).slice(0, NAME_CHARACTERS_MAX),
  reason,
});

const tooLarge = (): ReadQuantities => ({
  quantities: [{ kind: 'invalid', unit: 'usage', found: '', reason: 'usage-too-large' }],
  isValid: false,
  inputTokens: 0,
});

const tooMuchInput = (quantities: readonly Quantity[]): ReadQuantities => ({
  quantities: quantities.map((quantity) =>
    unitFacts.get(quantity.unit)?.isInput === true && quantity.kind !== 'invalid'
      ? invalid(quantity.unit, quantityText(quantity), 'count-too-large')
      : quantity,
  ),
  isValid: false,
  inputTokens: 0,
});

/** Canonical decimal text of a quantity; what was found where it is invalid. */
export const quantityText = (quantity: Quantity): string => {
  if (quantity.kind === 'count') return String(quantity.count);
  return quantity.kind === 'decimal' ? formatDecimal(quantity.decimal) : quantity.found;
};
