/** Markup that is safe to send as it is. */
export type Markup = { readonly markup: string };

type Part = Markup | string | number | undefined | readonly Part[];

/** Markup from a template. Text that is put in is escaped; markup and lists of it are put in as they are; undefined is nothing. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return { markup: strings.map((text, index) => text + written(parts[index])).join('') };
}

/** Markup that another library wrote. */
export function trustedMarkup(markup: string): Markup {
  return { markup };
}

function written(part: Part): string {
  if (part === undefined) return '';
  if (typeof part === 'string' || typeof part === 'number') return escaped(String(part));
  return 'markup' in part ? part.markup : part.map(written).join('');
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}
