import type { ItemKey } from './span-fact.ts';

/** Text that two items of one tenant share only when they are the same. */
export function itemText({ type, id }: ItemKey): string {
  return JSON.stringify([type, id]);
}
