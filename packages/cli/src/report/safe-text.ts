/** Characters of a name in a table; longer ones end in `…`, and `--json` has them whole. */
export const nameCharactersMax = 40;

/** Text of a sender made fit for a terminal: control characters, which could move the cursor or hide text, become `?`. */
export function safeText(text: string, charactersMax: number = Number.POSITIVE_INFINITY): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
  const safe = text.replace(/[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, '?');
  return safe.length <= charactersMax ? safe : `${safe.slice(0, charactersMax - 1)}…`;
}
