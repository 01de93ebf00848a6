import type { RequestBody } from './apis/api-type.ts';

/**
 * The request body with `stream_options.include_usage` set, or undefined when the caller has decided about it or the
 * body cannot be changed safely. An explicit `false` stays.
 */
export const withIncludeUsage = (rawBody: unknown, body: RequestBody, api: string): string | undefined => {
  if (api !== 'openai.chat' || typeof rawBody !== 'string' || body.streamOptions === undefined) return undefined;
  if (body.streamOptions === 'absent') {
    // A field in front of the others: nothing else of the body is touched, nor read again.
    const start = rawBody.indexOf('{');
    return `${rawBody.slice(0, start + 1)}"stream_options":{"include_usage":true},${rawBody.slice(start + 1)}`;
  }
  const parsed = JSON.parse(rawBody) as { stream_options: object };
  return JSON.stringify({ ...parsed, stream_options: { ...parsed.stream_options, include_usage: true } });
};

/**
 * An event of a stream whose usage we asked for, as it would have come unasked: without the `"usage":null` that the
 * option adds to every chunk. The option adds nothing else. Undefined when it has none. With `isOwn` the event is changed
 * where it stands; otherwise somebody else may hold its bytes, and a copy is.
 */
export const strippedOfNullUsage = (event: Uint8Array, isOwn: boolean): Uint8Array | undefined => {
  const { length } = event;
  const tailAt = length - NULL_USAGE.length - CLOSE.length;
  const at = isNullUsageAt(event, tailAt) ? tailAt : Buffer.from(event.buffer, event.byteOffset, length).lastIndexOf(NULL_USAGE);
  if (at === -1) return undefined;
  const end = length - NULL_USAGE.length;
  const kept = isOwn ? event.subarray(0, end) : Uint8Array.prototype.slice.call(event, 0, end);
  for (let index = at; index < end; index += 1) kept[index] = event[index + NULL_USAGE.length] ?? 0;
  // Whoever looks at the whole memory behind the piece finds an event and blank lines, which mean nothing.
  if (isOwn) event.fill(LINE_FEED, end);
  return kept;
};

const isNullUsageAt = (bytes: Uint8Array, at: number): boolean => {
  if (at < 0 || bytes[at] !== NULL_USAGE[0]) return false;
  for (let index = 0; index < NULL_USAGE.length; index += 1) {
    if (bytes[at + index] !== NULL_USAGE[index]) return false;
  }
  return true;
};

const LINE_FEED = 0x0a;
// What ends an event whose last field it is.
const CLOSE = '}\n\n';

// Inside of a string the quotes would be escaped, so these bytes are the field itself.
const NULL_USAGE = Buffer.from(',"usage":null');
