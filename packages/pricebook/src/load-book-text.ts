import { type PriceBook, parsePriceBook } from '@costspan/pricing';
import type { BookIssue } from './book-issue.ts';
import { BOOK_BYTES_MAX } from './limits.ts';
import { hasRepeatedKey } from './repeated-key.ts';

/** A book, or every problem of its text. */
export type LoadedBook =
  | { readonly kind: 'ok'; readonly book: PriceBook }
  | { readonly kind: 'invalid'; readonly issues: readonly BookIssue[] };

/**
 * The price book in a YAML or JSON text. All problems come at once with line and column; broken YAML is one problem.
 * `file` is only named in them. The YAML parser is loaded on first use: the default books do without it.
 */
export async function loadBookText(text: string, file: string): Promise<LoadedBook> {
  if (text.length > BOOK_BYTES_MAX) {
    const message = `expected at most ${BOOK_BYTES_MAX} characters, found ${text.length}; split the book`;
    return { kind: 'invalid', issues: [{ file, line: 1, column: 1, path: [], message }] };
  }
  const json = parseJson(text);
  if (json !== undefined && !hasRepeatedKey(text)) {
    const parsed = parsePriceBook(json);
    if (parsed.kind === 'ok') return parsed;
  }
  // JSON is YAML, so one parser finds the place of a problem in both.
  const { readPositionedYaml } = await import('./positioned-yaml.ts');
  const document = readPositionedYaml(text);
  if (document.kind === 'broken') {
    return { kind: 'invalid', issues: [{ file, ...document.place, path: [], message: document.message }] };
  }
  const parsed = parsePriceBook(document.value);
  if (parsed.kind === 'ok') return parsed;
  return {
    kind: 'invalid',
    issues: parsed.issues.map(({ path, message }) => ({ file, ...document.placeOf(path), path, message })),
  };
}

function parseJson(text: string): unknown {
  if (!/^\s*\{/.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
