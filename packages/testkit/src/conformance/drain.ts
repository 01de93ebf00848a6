/** Everything a stream gives. */
export const all = async <T>(stream: AsyncIterable<T>): Promise<readonly T[]> => {
  const items: T[] = [];
  for await (const item of stream) items.push(item);
  return items;
};

/** The first few things a stream gives; then it is left. */
export const first = async <T>(stream: AsyncIterable<T>, count: number): Promise<readonly T[]> => {
  const items: T[] = [];
  for await (const item of stream) {
    items.push(item);
    if (items.length === count) break;
  }
  return items;
};
