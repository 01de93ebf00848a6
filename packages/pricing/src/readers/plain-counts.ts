import type { Usage } from '../usage.ts';
import type { InclusiveCount } from './usage-fields.ts';

/** Counts made ready to be read from a plain usage object. */
export type PlainCounts = readonly PlainCount[];

type PlainCount = Pick<InclusiveCount, 'total' | 'rest'> & { readonly parts: readonly PlainPart[] };

/** A part stands in the object itself, or in an object inside of it. */
type PlainPart = { readonly inside: string | undefined; readonly key: string; readonly unit: string };

/** Compiles counts whose totals are top-level fields and whose parts are at most one object deeper. */
export const compilePlainCounts = (counts: readonly InclusiveCount[]): PlainCounts =>
  counts.map(({ total, rest, parts = [] }) => ({
    total,
    rest,
    parts: parts.map(([field, unit]) => {
      const [first = '', second] = field.split('.');
      return second === undefined ? { inside: undefined, key: first, unit } : { inside: first, key: second, unit };
    }),
  }));

/**
 * Disjoint counts of a usage object that is as nearly all are; undefined for one with anything else in it, which has to be
 * read in the way that says what. Every call of a model is read once, on the path of its answer.
 */
export const readPlainCounts = (raw: unknown, counts: PlainCounts): Usage | undefined => {
  if (!isObject(raw)) return undefined;
  const usage: Record<string, number> = {};
  let sum = 0;
  for (const { total, rest, parts } of counts) {
    const all = raw[total];
    if (!isCount(all)) return undefined;
    let left = all;
    for (const { inside, key, unit } of parts) {
      const details = inside === undefined ? raw : raw[inside];
      const count = isObject(details) ? details[key] : undefined;
      if (count === undefined || count === null || count === 0) continue;
      if (!isCount(count)) return undefined;
      usage[unit] = (usage[unit] ?? 0) + count;
      left -= count;
    }
    if (left < 0) return undefined;
    if (left > 0) usage[rest] = (usage[rest] ?? 0) + left;
    sum += all;
  }
  return sum > 0 ? usage : undefined;
};

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isCount = (value: unknown): value is number => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
