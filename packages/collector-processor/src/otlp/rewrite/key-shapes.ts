import { shapeKeysMax, shapesMax } from '../limits.ts';
import type { KeyId, KeyShape, KeyTable } from '../span-view.ts';

/** A list of keys as the end of a path of one key after the other. What came next on it last time is the first guess. */
type Step = {
  readonly shape: KeyShape;
  guessedKey: KeyId;
  guess: Step | undefined;
  readonly next: Map<KeyId, Step>;
};

/** Every list of keys that spans were seen with. */
export type KeyShapes = {
  readonly table: KeyTable;
  /** What keys in our own words begin with; '' where there are none. */
  readonly ownWords: string;
  root: Step;
  count: number;
};

/** Stands for all keys in our own words that nobody asked for one by one. */
const openWord: KeyId = -1;

/** No lists yet. Keys of our own begin with `ownWords`; '' where there are none. */
export function createKeyShapes(table: KeyTable, ownWords: string): KeyShapes {
  return { table, ownWords, root: newStep(table, ownWords, []), count: 1 };
}

/**
 * The shape of a span with the first `count` of these keys, and with keys in our own words beside them or not; undefined for one
 * with more keys than are worth knowing.
 */
export function shapeOf(shapes: KeyShapes, keys: Int16Array, count: number, hasOpenWords: boolean): KeyShape | undefined {
  if (count > shapeKeysMax) return undefined;
  let step = shapes.root;
  for (let index = 0; index < count; index += 1) {
    const key = keys[index]!;
    step = step.guessedKey === key && step.guess !== undefined ? step.guess : take(shapes, step, key);
  }
  return hasOpenWords ? take(shapes, step, openWord).shape : step.shape;
}

function take(shapes: KeyShapes, step: Step, key: KeyId): Step {
  let next = step.next.get(key);
  if (next === undefined) {
    // Senders choose keys and their order. Lists that are in use are soon known again, as other shapes than before.
    if (shapes.count === shapesMax) [shapes.root, shapes.count] = [newStep(shapes.table, shapes.ownWords, []), 1];
    next = newStep(shapes.table, shapes.ownWords, [...step.shape.keys, key]);
    step.next.set(key, next);
    shapes.count += 1;
  }
  step.guessedKey = key;
  step.guess = next;
  return next;
}

function newStep({ keys: names }: KeyTable, ownWords: string, path: readonly KeyId[]): Step {
  const hasOpenWords = path.at(-1) === openWord;
  const keys = hasOpenWords ? path.slice(0, -1) : path;
  const isOwn = (prefix: string): boolean => ownWords !== '' && prefix.startsWith(ownWords);
  const mayHave = (prefix: string): boolean =>
    keys.some((key) => names[key]?.startsWith(prefix) === true) || hasOpenWords || !isOwn(prefix);
  return { shape: { keys, mayHave }, guessedKey: openWord, guess: undefined, next: new Map() };
}
