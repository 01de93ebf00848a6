import type { Field } from './message.ts';

/** The members of a message by the bytes of their names, so that no name of a request becomes a string. */
export type MemberNames = ReadonlyArray<readonly Member[]>;

type Member = { readonly name: Uint8Array; readonly field: Field };

/** The table of these fields. */
export function tabulateMembers(byName: ReadonlyMap<string, Field>): MemberNames {
  const table: Member[][] = Array.from({ length: slotCount }, () => []);
  for (const [text, field] of byName) {
    const name = new Uint8Array(Buffer.from(text));
    table[slotOf(name, 0, name.length)]!.push({ name, field });
  }
  return table;
}

/** The field whose name stands in the bytes, if the message has one. */
export function findMember(table: MemberNames, bytes: Uint8Array, start: number, end: number): Field | undefined {
  const candidates = table[slotOf(bytes, start, end)]!;
  for (let index = 0; index < candidates.length; index += 1) {
    const { name, field } = candidates[index]!;
    if (name.length === end - start && isSame(name, bytes, start)) return field;
  }
  return undefined;
}

const slotCount = 64;

/** Length, first and last letter tell the names of a message well apart. */
function slotOf(bytes: Uint8Array, start: number, end: number): number {
  if (end === start) return 0;
  return ((end - start) * 5 + bytes[start]! * 3 + bytes[end - 1]!) & (slotCount - 1);
}

function isSame(name: Uint8Array, bytes: Uint8Array, start: number): boolean {
  for (let index = 0; index < name.length; index += 1) if (name[index] !== bytes[start + index]) return false;
  return true;
}
