/**
 * Parses a dict of counts and names as Python prints it: `{'prompt_tokens': 8, 'details': None}`. Undefined for any text with
 * a character that would need quoting, so that no value can pretend to be structure.
 */
export const parsePythonLiteral = (text: string): unknown => {
  if (!/^[\w\s'{}[\]:,.+-]*$/.test(text)) return undefined;
  const json = text.replaceAll("'", '"').replace(/"[^"]*"|\b(?:None|True|False)\b/g, (token) => LITERALS.get(token) ?? token);
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
};

const LITERALS: ReadonlyMap<string, string> = new Map([
  ['None', 'null'],
  ['True', 'true'],
  ['False', 'false'],
]);
