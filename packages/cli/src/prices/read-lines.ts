import { StringDecoder } from 'node:string_decoder';

/** A line without its end, or the fact that it was too long to keep. `number` counts from 1. */
export type Line =
  | { readonly kind: 'text'; readonly number: number; readonly text: string }
  | { readonly kind: 'too_long'; readonly number: number };

/** The lines of UTF-8 bytes. A line over the limit is dropped as it comes in, so that no input fills the memory. */
export async function* readLines(input: AsyncIterable<Uint8Array | string>, charactersMax: number): AsyncGenerator<Line> {
  const decoder = new StringDecoder('utf8');
  let number = 1;
  let pending = '';
  let isTooLong = false;
  const finish = (text: string): Line => (isTooLong ? { kind: 'too_long', number } : { kind: 'text', number, text });
  for await (const chunk of input) {
    const parts = (typeof chunk === 'string' ? chunk : decoder.write(Buffer.from(chunk))).split('\n');
    for (const [index, part] of parts.entries()) {
      if (pending.length + part.length > charactersMax) isTooLong = true;
      pending = isTooLong ? '' : pending + part;
      if (index === parts.length - 1) break;
      yield finish(pending.endsWith('\r') ? pending.slice(0, -1) : pending);
      number += 1;
      pending = '';
      isTooLong = false;
    }
  }
  pending += decoder.end();
  if (pending !== '' || isTooLong) yield finish(pending);
}
