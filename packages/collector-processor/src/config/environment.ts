/** A variable that a configuration names and the environment does not have. */
export type MissingVariable = { readonly path: readonly PropertyKey[]; readonly name: string };

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

const reference = /\$\$|\$\{env:([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/g;

/**
 * Replaces `${env:NAME}` in every text of a value, keys excepted; `${env:NAME:-text}` has a default, `$$` stands for `$`.
 * What replaces stays text and is not looked through again.
 */
export function substituteEnvironment(
  value: unknown,
  environment: Environment,
): { readonly value: unknown; readonly missing: readonly MissingVariable[] } {
  const missing: MissingVariable[] = [];
  const visit = (given: unknown, path: readonly PropertyKey[]): unknown => {
    if (typeof given === 'string') {
      return given.replaceAll(reference, (match, name: string | undefined, byDefault: string | undefined) => {
        if (name === undefined) return match === '$$' ? '$' : match;
        const found = environment[name] ?? byDefault;
        if (found === undefined) missing.push({ path, name });
        return found ?? '';
      });
    }
    if (Array.isArray(given)) return given.map((each, index) => visit(each, [...path, index]));
    if (typeof given !== 'object' || given === null) return given;
    return Object.fromEntries(Object.entries(given).map(([key, each]) => [key, visit(each, [...path, key])]));
  };
  return { value: visit(value, []), missing };
}
