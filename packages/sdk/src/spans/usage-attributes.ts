import type { Usage } from '@costspan/pricing';
import {
  ATTR_COSTSPAN_USAGE_PREFIX,
  ATTR_GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS,
  ATTR_GEN_AI_USAGE_CACHE_WRITE_INPUT_TOKENS,
  ATTR_GEN_AI_USAGE_INPUT_TOKENS,
  ATTR_GEN_AI_USAGE_OUTPUT_TOKENS,
  ATTR_GEN_AI_USAGE_REASONING_OUTPUT_TOKENS,
} from '@costspan/semconv';
import type { Attributes } from '@opentelemetry/api';
import { unitsRememberedMax } from '../limits.ts';

/** Writes disjoint usage on `onto`, `costspan.usage.<unit>` each. A count that is no whole number goes as decimal text. */
export const usageAttributes = (usage: Usage, onto: Attributes = {}): Attributes => {
  for (const unit of Object.keys(usage)) {
    const count = usage[unit];
    if (count !== undefined) onto[namesOf(unit).own] = count;
  }
  return onto;
};

/** Writes the inclusive token counts of the OpenTelemetry conventions for a usage on `onto`; input includes what caches hold. */
export const tokenAttributes = (usage: Usage, onto: Attributes = {}): Attributes => {
  for (const unit of Object.keys(usage)) {
    const count = usage[unit];
    if (typeof count !== 'number') continue;
    for (const name of namesOf(unit).sums) {
      const before = onto[name];
      onto[name] = typeof before === 'number' ? before + count : count;
    }
  }
  return onto;
};

/** The attributes a unit goes to: its own, and the sums it is part of. */
type UnitNames = { readonly own: string; readonly sums: readonly string[] };

/** Calls use the same few units: their names are made once, and are then the very texts that spans have seen before. */
const namesOf = (unit: string): UnitNames => {
  const known = names.get(unit);
  if (known !== undefined) return known;
  const made = { own: ATTR_COSTSPAN_USAGE_PREFIX + unit, sums: sums.filter(([, isPart]) => isPart(unit)).map(([name]) => name) };
  if (names.size < unitsRememberedMax) names.set(unit, made);
  return made;
};

const names = new Map<string, UnitNames>();

const sums: ReadonlyArray<readonly [attribute: string, isPart: (unit: string) => boolean]> = [
  [ATTR_GEN_AI_USAGE_INPUT_TOKENS, (unit) => unit.startsWith('input_') && unit.endsWith('_tokens')],
  [ATTR_GEN_AI_USAGE_OUTPUT_TOKENS, (unit) => unit.startsWith('output_') && unit.endsWith('_tokens')],
  [ATTR_GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS, (unit) => unit.startsWith('input_cache_read_')],
  [ATTR_GEN_AI_USAGE_CACHE_WRITE_INPUT_TOKENS, (unit) => unit.startsWith('input_cache_write_')],
  [ATTR_GEN_AI_USAGE_REASONING_OUTPUT_TOKENS, (unit) => unit === 'output_reasoning_tokens'],
];
