/** The value at a path of plain objects inside parsed JSON; undefined where there is none or it is null. */
export const fieldOf = (json: unknown, path: readonly string[]): unknown => {
  let value: unknown = json;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || Array.isArray(value) || !Object.hasOwn(value, key)) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[key];
  }
  return value ?? undefined;
};

/** Text at a path, if it is not empty. */
export const textFieldOf = (json: unknown, path: readonly string[]): string | undefined => {
  const value = fieldOf(json, path);
  return typeof value === 'string' && value !== '' ? value : undefined;
};
