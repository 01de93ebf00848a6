import { strict as assert } from 'node:assert';
import { keysMax } from './limits.ts';
import type { KeyId, KeyTable } from './span-view.ts';

/** Numbers attribute keys in the order given; a key given twice keeps its first number. */
export function createKeyTable(keys: readonly string[]): KeyTable {
  const ids = new Map<string, KeyId>();
  for (const key of keys) if (!ids.has(key)) ids.set(key, ids.size);
  assert(ids.size <= keysMax, `key table: expected at most ${keysMax} keys, found ${ids.size}; raise keysMax`);
  return { keys: Array.from(ids.keys()), idOf: (key) => ids.get(key) };
}
