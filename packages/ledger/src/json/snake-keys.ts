/** The fields of an object under their names in JSON, `touchMs` as `touch_ms`; bigints as decimal text. Values stay as they are. */
export function snakeKeys(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      typeof value === 'bigint' ? String(value) : value,
    ]),
  );
}
