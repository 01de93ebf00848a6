/** Whether a body is a stream of bytes, as those of the runtime's own fetch are: whoever reads a piece of it has its memory alone. */
export type IsByteStream = (body: ReadableStream<Uint8Array>) => boolean;

/**
 * Asks each body until one is none: to hear no costs as much as a whole call, and a fetch of another kind gives bodies of
 * another kind again.
 */
export const createIsByteStream = (): IsByteStream => {
  let areAll = true;
  return (body) => {
    if (!areAll || body.locked) return false;
    try {
      // Only a stream of bytes has such a reader.
      body.getReader({ mode: 'byob' }).releaseLock();
    } catch {
      areAll = false;
    }
    return areAll;
  };
};
