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
 * option adds to every chunk. The option adds nothing else.
 */
export const withoutNullUsage = (event: Buffer): Buffer => {
  const at = event.lastIndexOf(NULL_USAGE);
  if (at === -1) return event;
  return Buffer.concat([event.subarray(0, at), event.subarray(at + NULL_USAGE.length)]);
};

/**
 * Whole events, as they would have come unasked. `firstAt` is where the first `"usage":null` begins, at its quote; the
 * bytes of the host are not changed.
 */
export const withoutNullUsages = (events: Uint8Array, firstAt: number): Uint8Array => {
  const bytes = Buffer.from(events.buffer, events.byteOffset, events.length);
  const kept = new Uint8Array(events.length);
  let length = 0;
  let from = 0;
  for (let at = bytes.indexOf(NULL_USAGE, firstAt - 1); at !== -1; at = bytes.indexOf(NULL_USAGE, from)) {
    kept.set(events.subarray(from, at), length);
    length += at - from;
    from = at + NULL_USAGE.length;
  }
  kept.set(events.subarray(from), length);
  return kept.subarray(0, length + events.length - from);
};

// Inside of a string the quotes would be escaped, so these bytes are the field itself.
const NULL_USAGE = Buffer.from(',"usage":null');
