/** The JSON of one entry as `POST /v1/entries` takes it. */
export type EntryJson = Readonly<Record<string, unknown>> & { readonly idempotency_key: string };

/** `team=support` pairs as an object; throws for one that has no `=`. */
export function pairs(option: string, given: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    given.map((pair) => {
      const at = pair.indexOf('=');
      if (at < 1) throw new Error(`${option}: expected name=value, found ${JSON.stringify(pair)}`);
      return [pair.slice(0, at), pair.slice(at + 1)];
    }),
  );
}
