/** A field of something kept of a body, or undefined; never throws. */
export const fieldOf = (kept: unknown, field: string): unknown =>
  typeof kept === 'object' && kept !== null && !Array.isArray(kept)
    ? (kept as Readonly<Record<string, unknown>>)[field]
    : undefined;

/** A field that is a text and not empty, or undefined. */
export const textOf = (kept: unknown, field: string): string | undefined => {
  const value = fieldOf(kept, field);
  return typeof value === 'string' && value !== '' ? value : undefined;
};

/** A field that is an object, or undefined. */
export const objectOf = (kept: unknown, field: string): object | undefined => {
  const value = fieldOf(kept, field);
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
};

/** Whether something kept is the `[DONE]` that ends a stream of OpenAI's format. */
export const isDone = (kept: unknown): boolean => Array.isArray(kept);

/** The texts that a field of the items of a list has, or undefined where it has none. */
export const textsOf = (items: unknown, field: string): readonly string[] | undefined => {
  if (!Array.isArray(items)) return undefined;
  let texts: string[] | undefined;
  for (const item of items) {
    const text = textOf(item, field);
    if (text === undefined) continue;
    if (texts === undefined) texts = [text];
    else texts.push(text);
  }
  return texts;
};
