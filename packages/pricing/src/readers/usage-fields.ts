import type { Unit, Usage } from '../usage.ts';
import { decimalText } from './decimal-text.ts';

/** A count that includes others: the parts are taken out of it, and what is left is the count of `rest`. */
export type InclusiveCount = {
  /** Name of the field that holds the total. */
  readonly total: string;
  /** Unit of what no part claims. */
  readonly rest: Unit;
  /** Fields whose counts the total includes, with their units. Absent fields count nothing. */
  readonly parts?: ReadonlyArray<readonly [field: string, unit: Unit]>;
};

/** A cursor over the fields of one usage object. It remembers the first problem instead of throwing. */
export type UsageFields = {
  /** A whole count from 0 to 2^53 - 1; undefined when the field is absent or null, or a problem when it is anything else. */
  readonly count: (field: string) => number | undefined;
  /** A non-negative decimal, as text. */
  readonly decimal: (field: string) => string | undefined;
  /** A text that is not empty; anything else counts as absent. */
  readonly text: (field: string) => string | undefined;
  /** Disjoint counts of a total and its parts; empty when the total is absent. Zero counts are left out. */
  readonly split: (count: InclusiveCount) => Usage;
  /** Counts of fields that no total includes. Zero counts are left out. */
  readonly counts: (fields: ReadonlyArray<readonly [field: string, unit: Unit]>) => Usage;
  /** Remembers a problem, unless an earlier one is known. */
  readonly reject: (problem: string) => void;
  /** The first problem, or undefined when the usage is possible so far. */
  readonly problem: () => string | undefined;
};

/**
 * Opens a usage object, wherever its fields come from: `lookup` returns the raw value of a field. Readers of JSON look
 * up paths, dialects look up span attributes; both reject the same impossible counts.
 */
export const openUsageFields = (lookup: (field: string) => unknown): UsageFields => {
  let firstProblem: string | undefined;
  const reject = (problem: string): void => {
    firstProblem ??= problem;
  };

  const count = (field: string): number | undefined => {
    const value = lookup(field);
    if (value === undefined || value === null) return undefined;
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
    reject(`${field}: expected a whole number from 0 to 2^53 - 1, found ${shown(value)}`);
    return undefined;
  };

  const decimal = (field: string): string | undefined => {
    const value = lookup(field);
    if (value === undefined || value === null) return undefined;
    const text = decimalText(value);
    if (text === undefined) reject(`${field}: expected a decimal that is not negative, found ${shown(value)}`);
    return text;
  };

  const text = (field: string): string | undefined => {
    const value = lookup(field);
    return typeof value === 'string' && value !== '' ? value : undefined;
  };

  const counts = (fields: ReadonlyArray<readonly [field: string, unit: Unit]>): Usage => {
    const usage: Record<string, number> = {};
    for (const [field, unit] of fields) {
      const value = count(field) ?? 0;
      if (value > 0) usage[unit] = (usage[unit] ?? 0) + value;
    }
    return usage;
  };

  const split = ({ total, rest, parts = NO_PARTS }: InclusiveCount): Usage => {
    const usage: Record<string, number> = {};
    let sum = 0;
    for (const [field, unit] of parts) {
      const value = count(field) ?? 0;
      if (value === 0) continue;
      usage[unit] = (usage[unit] ?? 0) + value;
      sum += value;
    }
    const all = count(total);
    if (all === undefined) {
      if (sum > 0) reject(`${total}: expected a count, because counts that belong to it are given; found nothing`);
      return {};
    }
    if (sum > all) {
      const names = parts.map(([field]) => field).filter((field) => (count(field) ?? 0) > 0);
      reject(`${names.join(' + ')}: expected at most ${total} (${all}), found ${sum}`);
    }
    if (all > sum) usage[rest] = (usage[rest] ?? 0) + all - sum;
    return usage;
  };

  return { count, decimal, text, split, counts, reject, problem: () => firstProblem };
};

const NO_PARTS: NonNullable<InclusiveCount['parts']> = [];

// Values come from outside and may be long or private: only their form is shown.
const shown = (value: unknown): string => {
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return String(value);
  return Array.isArray(value) ? 'a list' : `a ${typeof value}`;
};
