/** What can be in a list and taken out again at once. */
export type Slotted = {
  /** Where it is in its list; -1 while it is in none. */
  slot: number;
};

/** Puts an entry into a list. For what comes and goes with every call: a set makes itself a new table whenever it gets empty. */
export const addTo = <T extends Slotted>(list: T[], entry: T): void => {
  entry.slot = list.length;
  list.push(entry);
};

/** Takes an entry out of its list, whose last one then stands in its place. */
export const removeFrom = <T extends Slotted>(list: T[], entry: T): void => {
  const { slot } = entry;
  if (slot === -1) return;
  entry.slot = -1;
  const last = list.pop();
  if (last === undefined || last === entry) return;
  list[slot] = last;
  last.slot = slot;
};
