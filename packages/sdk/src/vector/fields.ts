/** What is at the end of `path` in `value`, which may be anything. */
export const at = (value: unknown, ...path: readonly string[]): unknown =>
  path.reduce((current, key) => fieldsOf(current)[key], value);

/** The object in `value`, or an empty one: for reading fields of arguments and results that may be anything. */
export const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};

/** `value` where it is text that is not empty. */
export const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

/** `value` where it is a whole number that is not negative. */
export const countOf = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;

/** `value` as a count of units, of which there may be fractions: those as decimal text. */
export const unitsOf = (value: unknown): number | string | undefined =>
  countOf(value) ?? (typeof value === 'number' && value > 0 && /^\d+\.\d+$/.test(String(value)) ? String(value) : undefined);

/** The length of a list, or undefined where there is none. */
export const lengthOf = (value: unknown): number | undefined => (Array.isArray(value) ? value.length : undefined);
