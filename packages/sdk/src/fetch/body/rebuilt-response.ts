/** A response like `original` with another body. It is of the same class and keeps what a constructor cannot set. */
export const rebuildResponse = (original: Response, body: ReadableStream<Uint8Array>): Response => {
  const { status, statusText, headers } = original;
  return keepOrigin(new (responseClass(original))(body, { status, statusText, headers }), original);
};

// A client may bring the fetch of another package, whose responses are of another class.
const responseClass = (original: Response): typeof Response => {
  const ownClass: unknown = original.constructor;
  return typeof ownClass === 'function' && ownClass !== Object ? (ownClass as typeof Response) : Response;
};

const keepOrigin = (rebuilt: Response, original: Response): Response => {
  const { clone } = rebuilt;
  return Object.defineProperties(rebuilt, {
    url: { value: original.url, configurable: true },
    redirected: { value: original.redirected, configurable: true },
    type: { value: original.type, configurable: true },
    clone: { value: () => keepOrigin(clone.call(rebuilt), original), configurable: true, writable: true },
  });
};
