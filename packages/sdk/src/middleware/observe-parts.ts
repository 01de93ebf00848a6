import { guard } from '../faults.ts';

/** How a stream of parts ended: read to its end, left by its reader, or with an error. */
export type PartsExit =
  | { readonly kind: 'read' }
  | { readonly kind: 'left' }
  | { readonly kind: 'failed'; readonly error: unknown };

/** The same parts in the same order, read no sooner than they are asked for. `onExit` is called once. */
export const observeParts = <T>(
  stream: ReadableStream<T>,
  onPart: (part: T) => void,
  onExit: (exit: PartsExit) => void,
): ReadableStream<T> => {
  const reader = stream.getReader();
  const exit = (how: PartsExit): void => guard('ending a call', () => onExit(how), undefined);
  return new ReadableStream<T>(
    {
      pull: async (controller) => {
        try {
          const { done, value } = await reader.read();
          if (done) {
            exit({ kind: 'read' });
            controller.close();
            return;
          }
          guard('reading a part', () => onPart(value), undefined);
          controller.enqueue(value);
        } catch (error) {
          exit({ kind: 'failed', error });
          controller.error(error);
        }
      },
      cancel: (reason) => {
        exit({ kind: 'left' });
        return reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
};
