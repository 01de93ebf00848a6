const TOKENS = /"(?:[^"\\]|\\.)*"(\s*:)?|[{}]/g;

/**
 * Whether an object in a valid JSON text names a key twice. `JSON.parse` takes the last one without a word, and of two
 * amounts none is the price.
 */
export function hasRepeatedKey(json: string): boolean {
  const objects: Set<string>[] = [];
  for (const [token, colon] of json.matchAll(TOKENS)) {
    if (token === '{') objects.push(new Set());
    else if (token === '}') objects.pop();
    else if (colon !== undefined) {
      const keys = objects.at(-1);
      const key: string = JSON.parse(token.slice(0, -colon.length));
      if (keys?.has(key)) return true;
      keys?.add(key);
    }
  }
  return false;
}
