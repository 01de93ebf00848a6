/** A JSON value that is not what its field holds. Says the kind of what was found, never the value: it may be a prompt. */
export class JsonFault extends Error {
  constructor(expected: string, found: unknown) {
    super(found === undefined ? `expected ${expected}` : `expected ${expected}, found ${describe(found)}`);
  }
}

/** A 64-bit integer that came as a number too large for a double: the text has to be parsed again, keeping such numbers exact. */
export class InexactInteger extends Error {}

function describe(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'string') return `a string of ${value.length} characters`;
  if (typeof value === 'bigint') return 'a number beyond 2^53';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
