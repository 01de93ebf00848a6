import { listItemsMax } from '../../limits.ts';
import type { Pick } from './pick.ts';

/** What `pick` keeps of a parsed value: the same as a pruner keeps of its JSON. */
export const pickValue = (value: unknown, pick: Pick): unknown => {
  if (pick === true) return value;
  if (typeof value !== 'object' || value === null) return undefined;
  if (Array.isArray(value)) {
    const { '*': element } = pick;
    return element === undefined ? [] : value.slice(0, listItemsMax).map((item: unknown) => pickValue(item, element));
  }
  const kept: Record<string, unknown> = {};
  for (const field of Object.keys(pick)) {
    const inner = pick[field];
    if (inner === undefined || !Object.hasOwn(value, field)) continue;
    const found = pickValue((value as Readonly<Record<string, unknown>>)[field], inner);
    if (found !== undefined) kept[field] = found;
  }
  return kept;
};
