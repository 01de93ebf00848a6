import { guard } from '../faults.ts';

/** How wrapped work ended. */
export type WorkEnding =
  | { readonly kind: 'done'; readonly result: unknown }
  | { readonly kind: 'failed'; readonly error: unknown };

/**
 * Runs `work` and calls `onEnd` once when it has ended: at once for a plain result, when it settles for a promise. What
 * comes back is what `work` gave: a plain result stays plain, an error is the same object, a promise of a class of its
 * own is that very promise, and one that starts working only when awaited still does.
 */
export const observeResult = <T>(work: () => T, onEnd: (ending: WorkEnding) => void): T => {
  const end = once((ending) => guard('ending a span', () => onEnd(ending), undefined));
  let result: T;
  try {
    result = work();
  } catch (error) {
    end({ kind: 'failed', error });
    throw error;
  }
  if (!isThenable(result)) {
    end({ kind: 'done', result });
    return result;
  }
  // Watching a promise from aside would mark its rejection as handled; handing on a promise derived from it does not.
  return result.constructor === Promise ? (derive(result, end) as T) : watch(result, end);
};

type Thenable = object & { then: (onDone?: Reaction, onFailed?: Reaction) => unknown };
type Reaction = ((value: unknown) => unknown) | null | undefined;
type End = (ending: WorkEnding) => void;

const isThenable = (value: unknown): value is Thenable =>
  typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';

const derive = (promise: Thenable, end: End): unknown =>
  promise.then(
    (result) => {
      end({ kind: 'done', result });
      return result;
    },
    (error) => {
      end({ kind: 'failed', error });
      throw error;
    },
  );

/** Lets `end` know when the host itself waits for `thenable`. Asking before the host does could start its work twice. */
const watch = <T extends Thenable>(thenable: T, end: End): T => {
  const { then } = thenable;
  const watched = (onDone?: Reaction, onFailed?: Reaction): unknown =>
    then.call(
      thenable,
      (result) => {
        end({ kind: 'done', result });
        return typeof onDone === 'function' ? onDone(result) : result;
      },
      (error) => {
        end({ kind: 'failed', error });
        if (typeof onFailed === 'function') return onFailed(error);
        throw error;
      },
    );
  try {
    Object.defineProperty(thenable, 'then', { value: watched, configurable: true, writable: true });
  } catch {
    // A frozen object cannot be watched: its span ends with the call.
    end({ kind: 'done', result: undefined });
    return thenable;
  }
  neverAwaited.register(thenable, end, end);
  return thenable;
};

// Work that was started but never awaited, and is gone: nobody will say how it ended.
const neverAwaited = new FinalizationRegistry<End>((end) => end({ kind: 'done', result: undefined }));

const once = (end: End): End => {
  let hasEnded = false;
  return (ending) => {
    if (hasEnded) return;
    hasEnded = true;
    end(ending);
  };
};
