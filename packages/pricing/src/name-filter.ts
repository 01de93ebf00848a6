/**
 * A set of names that tells of most others, without hashing them, that it does not hold them. Hashing is what costs in
 * looking up a name that just came off the wire, and unknown names are the sender's to invent.
 */
export type NameFilter = Uint32Array;

/** A filter without names. */
export const createNameFilter = (): NameFilter => new Uint32Array(FILTER_BITS / BITS_PER_WORD);

/** Adds a name. */
export const addToFilter = (filter: NameFilter, name: string): void => {
  const slot = slotOf(name);
  filter[slot >>> 5]! |= 1 << (slot & 31);
};

/** False: the name was never added. True: it may have been. */
export const mayHold = (filter: NameFilter, name: string): boolean => {
  const slot = slotOf(name);
  return (filter[slot >>> 5]! & (1 << (slot & 31))) !== 0;
};

const FILTER_BITS = 4_096;
const BITS_PER_WORD = 32;

/** From the length and three characters: names of models differ in their first, last and last but one. */
const slotOf = (name: string): number => {
  const { length } = name;
  const ends = name.charCodeAt(length - 1) * 5 + name.charCodeAt(length - 2) * 11;
  return (length * 131 + name.charCodeAt(0) * 37 + ends) & (FILTER_BITS - 1);
};
