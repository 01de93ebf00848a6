import type { CodecResult } from './codec.ts';

const decoder = new TextDecoder();

/** Parses JSON bytes, with the text for a second look. A byte order mark is skipped, bytes that are not UTF-8 become U+FFFD. */
export function parseJson(json: Uint8Array): CodecResult<{ readonly text: string; readonly value: unknown }> {
  try {
    const text = decoder.decode(json);
    return { kind: 'ok', text, value: JSON.parse(text) };
  } catch (error) {
    return { kind: 'invalid', where: 'request', problem: `expected JSON, found text that is not${placeOf(error)}` };
  }
}

/** The engine's message quotes the text around the fault, which may be a prompt: only the place is passed on. */
function placeOf(error: unknown): string {
  const place = error instanceof SyntaxError ? /at position (\d+)/.exec(error.message)?.[1] : undefined;
  return place === undefined ? '' : `, from character ${place}`;
}
