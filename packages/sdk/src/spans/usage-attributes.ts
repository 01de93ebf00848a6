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
import { type AttributeSink, sinkOf } from './attribute-sink.ts';

/** Disjoint usage as attributes, `costspan.usage.<unit>` each. A count that is no whole number goes as decimal text. */
export const usageAttributes = (usage: Usage): Attributes => collected((onto) => writeUsage(usage, onto));

/** The inclusive token counts of the OpenTelemetry conventions for a usage; input includes what caches hold. */
export const tokenAttributes = (usage: Usage): Attributes => collected((onto) => writeTokens(usage, onto));

const collected = (write: (onto: AttributeSink) => void): Attributes => {
  const attributes: Attributes = {};
  write(sinkOf(attributes));
  return attributes;
};

/** Writes what `usageAttributes` gives. */
export const writeUsage = (usage: Usage, onto: AttributeSink): void => {
  for (const unit of Object.keys(usage)) {
    const count = usage[unit];
    if (count !== undefined) onto.setAttribute(namesOf(unit).own, count);
  }
};

/** Writes what `tokenAttributes` gives. */
export const writeTokens = (usage: Usage, onto: AttributeSink): void => {
  const totals = [NONE, NONE, NONE, NONE, NONE];
  for (const unit of Object.keys(usage)) {
    const count = usage[unit];
    if (typeof count !== 'number') continue;
    const parts = namesOf(unit).sums;
    for (let at = 0; at < parts.length; at += 1) {
      const index = parts[at] ?? 0;
      totals[index] = Math.max(totals[index] ?? NONE, 0) + count;
    }
  }
  for (let index = 0; index < sums.length; index += 1) {
    const total = totals[index] ?? NONE;
    if (total !== NONE) onto.setAttribute(sums[index]?.[0] ?? '', total);
  }
};

/**
 * Whether the counts of `tokenAttributes` tell all of a usage: text in and out, what of it a cache held, and reasoning. Who
 * reads them takes the parts out of their sums, and has each unit again.
 */
export const isToldByTokens = (usage: Usage): boolean => {
  let hasInput = false;
  let hasOutput = false;
  for (const unit of Object.keys(usage)) {
    const count = usage[unit];
    if (typeof count !== 'number' || count === 0) return false;
    if (INPUT_TOLD.has(unit)) hasInput = true;
    else if (OUTPUT_TOLD.has(unit)) hasOutput = true;
    else return false;
  }
  return hasInput && hasOutput;
};

// Of what is written to a cache, the sum does not tell for how long.
const INPUT_TOLD: ReadonlySet<string> = new Set(['input_text_tokens', 'input_cache_read_text_tokens']);
const OUTPUT_TOLD: ReadonlySet<string> = new Set(['output_text_tokens', 'output_reasoning_tokens']);

// No count is negative.
const NONE = -1;

/** The attributes a unit goes to: its own, and the sums it is part of. */
type UnitNames = { readonly own: string /** By index. */; readonly sums: readonly number[] };

/** Calls use the same few units: their names are made once, and are then the very texts that spans have seen before. */
const namesOf = (unit: string): UnitNames => {
  const known = names.get(unit);
  if (known !== undefined) return known;
  const made = {
    own: ATTR_COSTSPAN_USAGE_PREFIX + unit,
    sums: sums.flatMap(([, isPart], index) => (isPart(unit) ? [index] : [])),
  };
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
