/** A map that keeps what was used lately. It forgets only when told to age, and then in one go what was not used since it aged last. */
export type Recent<Key, Value> = {
  readonly get: (key: Key) => Value | undefined;
  readonly set: (key: Key, value: Value) => void;
  readonly delete: (key: Key) => void;
  readonly clear: () => void;
  /** Once more than its bound is in use, begins to forget the rest: twice the bound is kept, and what came since it aged last. */
  readonly age: () => void;
};

/** An empty map. `weightOf` says how much of `weightMax` a value takes when it is set. Default: 1. */
export function keepRecent<Key, Value>(weightMax: number, weightOf: (value: Value) => number = () => 1): Recent<Key, Value> {
  let [young, old] = [new Map<Key, Value>(), new Map<Key, Value>()];
  let weight = 0;
  const set = (key: Key, value: Value): void => {
    weight += weightOf(value);
    young.set(key, value);
  };
  return {
    set,
    get: (key) => {
      const value = young.get(key);
      if (value !== undefined) return value;
      const older = old.get(key);
      if (older !== undefined) set(key, older);
      return older;
    },
    delete: (key) => {
      young.delete(key);
      old.delete(key);
    },
    clear: () => {
      [young, old] = [new Map(), new Map()];
      weight = 0;
    },
    age: () => {
      if (weight <= weightMax) return;
      [young, old] = [new Map(), young];
      weight = 0;
    },
  };
}
