import { attributeTemplatesMax } from '../limits.ts';
import type { NewAttribute } from '../span-view.ts';
import { writeAttribute } from '../write-attribute.ts';
import { copyWritten, type Writer } from '../writer.ts';
import { type Spelling, spell } from './key-index.ts';

/** Tag of `Span.attributes`. */
const spanAttributesTag = 0x4a;

/** What is remembered of a key that stages write. */
export type AttributeTemplate = {
  readonly key: string;
  readonly spelling: Spelling;
  readonly owned: boolean;
  /** Value for the span at hand. */
  value: NewAttribute[1];
  /** Whether the attribute already has its place in the span at hand. */
  placed: boolean;
  /** Number of the span that asked for it last. */
  askedBy: number;
  /** Value written last in this request, and where its bytes stand in the writer; undefined before the first. */
  written: NewAttribute[1] | undefined;
  writtenStart: number;
  writtenEnd: number;
};

/** The attributes asked for on the span at hand, and the templates of all keys seen so far. */
export type AttributeTemplates = {
  readonly byKey: Map<string, AttributeTemplate>;
  readonly ownedPrefix: string;
  /** Each key once; valid up to `askedCount`. What stands here from the span before is the first guess for the next. */
  readonly asked: AttributeTemplate[];
  askedCount: number;
  /** How many of them are not under the owned prefix, so that the span may carry them from its sender. */
  foreignCount: number;
  spanNumber: number;
};

/** No templates yet. A key under `ownedPrefix` is owned; none is when the prefix is empty. */
export function createTemplates(ownedPrefix: string): AttributeTemplates {
  return { byKey: new Map(), ownedPrefix, asked: [], askedCount: 0, foreignCount: 0, spanNumber: 0 };
}

/** Forgets what was written: the next request starts with an empty writer. */
export function clearTemplates(templates: AttributeTemplates): void {
  if (templates.byKey.size > attributeTemplatesMax) {
    templates.byKey.clear();
    templates.asked.length = 0;
  }
  for (const template of templates.byKey.values()) template.written = undefined;
}

/** Notes what is wanted on the next span. Where a key is given twice the last value counts. */
export function askFor(templates: AttributeTemplates, added: readonly NewAttribute[]): void {
  const { asked } = templates;
  templates.spanNumber += 1;
  templates.askedCount = 0;
  templates.foreignCount = 0;
  for (let index = 0; index < added.length; index += 1) {
    const [key, value] = added[index]!;
    const template = templateOf(templates, key);
    template.value = value;
    if (template.askedBy === templates.spanNumber) continue;
    template.askedBy = templates.spanNumber;
    template.placed = false;
    asked[templates.askedCount] = template;
    templates.askedCount += 1;
    if (!template.owned) templates.foreignCount += 1;
  }
}

/** Stages write the same keys in the same order on span after span: the guess saves the search. */
function templateOf(templates: AttributeTemplates, key: string): AttributeTemplate {
  const guess = templates.asked[templates.askedCount];
  if (guess !== undefined && guess.key === key) return guess;
  return templates.byKey.get(key) ?? createTemplate(templates, key);
}

function createTemplate(templates: AttributeTemplates, key: string): AttributeTemplate {
  const template: AttributeTemplate = {
    key,
    spelling: spell(key),
    owned: templates.ownedPrefix !== '' && key.startsWith(templates.ownedPrefix),
    value: '',
    placed: false,
    askedBy: 0,
    written: undefined,
    writtenStart: 0,
    writtenEnd: 0,
  };
  templates.byKey.set(key, template);
  return template;
}

/** Writes one attribute as a field of a span. */
export function writeTemplate(writer: Writer, template: AttributeTemplate): void {
  writeAttribute(writer, spanAttributesTag, template.key, template.value);
}

/**
 * Writes all attributes that have no place yet. Currency, book and most statuses are those of the span before: their bytes are
 * in the writer already, mostly side by side, and are copied in one go.
 */
export function writeUnplaced(writer: Writer, templates: AttributeTemplates): void {
  let copyStart = 0;
  let copyEnd = 0;
  for (let index = 0; index < templates.askedCount; index += 1) {
    const template = templates.asked[index]!;
    if (template.placed) continue;
    if (template.written === template.value) {
      if (template.writtenStart !== copyEnd) {
        if (copyEnd > copyStart) copyWritten(writer, copyStart, copyEnd);
        copyStart = template.writtenStart;
      }
      copyEnd = template.writtenEnd;
    } else {
      if (copyEnd > copyStart) copyWritten(writer, copyStart, copyEnd);
      copyStart = 0;
      copyEnd = 0;
      template.written = template.value;
      template.writtenStart = writer.length;
      writeTemplate(writer, template);
      template.writtenEnd = writer.length;
    }
  }
  if (copyEnd > copyStart) copyWritten(writer, copyStart, copyEnd);
}
