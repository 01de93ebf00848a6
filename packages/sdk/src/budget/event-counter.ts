/** Counts the events of a stream as its bytes pass: a blank line ends each. */
export const createEventCounter = (): { readonly feed: (bytes: Uint8Array) => number } => {
  let events = 0;
  let endsInFeed = false;
  return {
    feed: (bytes) => {
      for (let at = bytes.indexOf(FEED); at !== -1; at = bytes.indexOf(FEED, at + 1)) {
        const isBlank = at === 0 ? endsInFeed : bytes[at - 1] === FEED || isReturned(bytes, at);
        if (isBlank) events += 1;
      }
      if (bytes.length > 0) endsInFeed = bytes[bytes.length - 1] === FEED;
      return events;
    },
  };
};

const FEED = 0x0a;
const RETURN = 0x0d;

// Lines may end in both: the blank one then shows as \n\r\n.
const isReturned = (bytes: Uint8Array, at: number): boolean => bytes[at - 1] === RETURN && bytes[at - 2] === FEED;
