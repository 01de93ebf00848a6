import { MEMO_RESOLUTIONS_MAX } from './limits.ts';
import { addToFilter, createNameFilter, mayHold } from './name-filter.ts';

/** Remembers one value for provider, model and variant, and forgets what was not asked for lately. */
export type Memo<T> = {
  readonly get: (provider: string, model: string, variant: string) => T | undefined;
  readonly set: (provider: string, model: string, variant: string, value: T) => void;
  /** Values held, for tests of the bound. */
  readonly size: () => number;
};

type Variants<T> = Map<string, T>;
type Generation<T> = Map<string, Map<string, Variants<T>>>;

/**
 * Two generations: when the young one is full it becomes the old one and the old one is dropped; a hit in the old one moves
 * to the young one. So a flood of names costs at most two generations of memory, and whatever is in use survives it
 * at the price of one more resolution.
 */
export const createMemo = <T>(): Memo<T> => {
  let young: Generation<T> = new Map();
  let old: Generation<T> = new Map();
  let youngNames = createNameFilter();
  let oldNames = createNameFilter();
  let youngCount = 0;
  let oldCount = 0;

  const set = (provider: string, model: string, variant: string, value: T): void => {
    if (youngCount >= MEMO_RESOLUTIONS_MAX) {
      old = young;
      oldCount = youngCount;
      young = new Map();
      oldNames = youngNames;
      youngNames = createNameFilter();
      youngCount = 0;
    }
    let models = young.get(provider);
    if (models === undefined) {
      models = new Map();
      young.set(provider, models);
    }
    let variants = models.get(model);
    if (variants === undefined) {
      variants = new Map();
      models.set(model, variants);
    }
    variants.set(variant, value);
    addToFilter(youngNames, model);
    youngCount += 1;
  };

  const get = (provider: string, model: string, variant: string): T | undefined => {
    const hit = mayHold(youngNames, model) ? young.get(provider)?.get(model)?.get(variant) : undefined;
    if (hit !== undefined) return hit;
    const aged = mayHold(oldNames, model) ? old.get(provider)?.get(model)?.get(variant) : undefined;
    if (aged !== undefined) set(provider, model, variant, aged);
    return aged;
  };

  return { get, set, size: () => youngCount + oldCount };
};
