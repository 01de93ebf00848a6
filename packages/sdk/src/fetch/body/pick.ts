/** What to keep of a JSON value: `true` the whole value, an object its named fields, `*` each element of a list. */
export type Pick = true | PickedFields;

/** Named fields of an object, or `*` for each element of a list. */
export type PickedFields = { readonly [field: string]: Pick };

/** A pick made ready to be compared with the bytes of keys. */
export type CompiledPick = {
  /** Whether the whole value is kept. */
  readonly isWhole: boolean;
  readonly fields: readonly CompiledField[];
  /** Pick of each element of a list. */
  readonly element: CompiledPick | undefined;
};

type CompiledField = { readonly name: string; readonly bytes: Uint8Array; readonly pick: CompiledPick };

/** Compiles a pick, once for each: every call needs one, and there are only a few. */
export const compilePick = (pick: Pick): CompiledPick => {
  if (pick === true) return WHOLE;
  const known = compiled.get(pick);
  if (known !== undefined) return known;
  const fields = Object.entries(pick).map(([name, inner]) => ({
    name,
    // As it stands between quotes in JSON, which for names of plain ASCII is the name itself.
    bytes: Buffer.from(JSON.stringify(name).slice(1, -1)),
    pick: compilePick(inner),
  }));
  const result = { isWhole: false, fields, element: fields.find(({ name }) => name === '*')?.pick };
  compiled.set(pick, result);
  return result;
};

const WHOLE: CompiledPick = { isWhole: true, fields: [], element: undefined };
const compiled = new WeakMap<object, CompiledPick>();

/** The field whose key stands at these places, or undefined. Compares bytes: most keys are none, and need no text. */
export const fieldAt = (pick: CompiledPick, bytes: Uint8Array, from: number, to: number): CompiledField | undefined => {
  for (const field of pick.fields) {
    if (field.bytes.length === to - from && isAt(field.bytes, bytes, from)) return field;
  }
  return undefined;
};

/** The field of a name, or undefined. */
export const fieldNamed = (pick: CompiledPick, name: string): CompiledField | undefined =>
  pick.fields.find((field) => field.name === name);

const isAt = (wanted: Uint8Array, bytes: Uint8Array, from: number): boolean => {
  for (let at = 0; at < wanted.length; at += 1) {
    if (wanted[at] !== bytes[from + at]) return false;
  }
  return true;
};
