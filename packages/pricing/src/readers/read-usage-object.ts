import { pathsRememberedMax } from '../limits.ts';
import { openUsageFields, type UsageFields } from './usage-fields.ts';
import type { UsagePart, UsageReading } from './usage-reading.ts';

/**
 * Reads a raw JSON usage object: hands its fields to `read`, whose paths are keys joined by dots, and turns what comes
 * back into a reading. `required` are the fields without which the answer is only half known.
 */
export const readUsageObject = (
  raw: unknown,
  required: readonly string[],
  read: (fields: UsageFields) => readonly UsagePart[],
): UsageReading => {
  if (raw === undefined || raw === null) return { kind: 'missing', reason: 'no-usage' };
  if (typeof raw !== 'object' || Array.isArray(raw)) {
    return { kind: 'invalid', problem: `usage: expected an object, found ${Array.isArray(raw) ? 'a list' : typeof raw}` };
  }
  const fields = openUsageFields((path) => valueAt(raw, path));
  const lacking = required.find((field) => fields.count(field) === undefined);
  const parts = lacking === undefined ? read(fields) : [];
  const problem = fields.problem();
  if (problem !== undefined) return { kind: 'invalid', problem };
  if (lacking !== undefined) return { kind: 'missing', reason: `no-${lacking}` };
  return { kind: 'ok', parts };
};

/** The value at a dotted path of plain objects, or undefined. */
export const valueAt = (raw: unknown, path: string): unknown => {
  let value: unknown = raw;
  for (const key of keysOf(path)) {
    if (typeof value !== 'object' || value === null || Array.isArray(value) || !Object.hasOwn(value, key)) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[key];
  }
  return value;
};

// Readers name a few dozen paths, and look each up in every answer.
const keysOf = (path: string): readonly string[] => {
  const known = paths.get(path);
  if (known !== undefined) return known;
  const keys = path.split('.');
  if (paths.size < pathsRememberedMax) paths.set(path, keys);
  return keys;
};

const paths = new Map<string, readonly string[]>();
