import { decimalText, type Unit } from '@costspan/pricing';
import type { AttributeValue } from '../otlp/span-view.ts';
import { COUNT_CHARACTERS_MAX, UNIT_CHARACTERS_MAX, UNITS_MAX } from '../stages/limits.ts';
import type { SpanUsage } from './dialect.ts';

/**
 * Usage stated unit by unit; `unitOf` gives the unit of a name, by default the name. Whole numbers stay numbers, fractions
 * become decimal text, text is taken as it is: the pricing engine judges what is possible. Anything that is no number at all
 * makes the usage invalid.
 */
export const usageOfValues = (
  values: ReadonlyArray<readonly [name: string, value: AttributeValue]>,
  unitOf: (name: string) => Unit = itself,
): SpanUsage => {
  if (values.length > UNITS_MAX) return { kind: 'invalid', reason: 'usage-too-large' };
  const usage: Record<string, number | string> = {};
  for (const [name, value] of values) {
    const unit = unitOf(name);
    const count = countOf(value);
    const isBounded = unit.length <= UNIT_CHARACTERS_MAX && (typeof count !== 'string' || count.length <= COUNT_CHARACTERS_MAX);
    if (count === undefined || !isBounded) return { kind: 'invalid', reason: 'count-malformed' };
    usage[unit] = count;
  }
  return { kind: 'ok', parts: [{ usage }] };
};

const itself = (name: string): Unit => name;

const countOf = (value: AttributeValue): number | string | undefined => {
  if (typeof value === 'string') return value;
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'number') return undefined;
  return Number.isSafeInteger(value) || !(value > 0) ? value : decimalText(value);
};
