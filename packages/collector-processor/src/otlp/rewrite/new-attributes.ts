import { attributeTemplatesMax } from '../limits.ts';
import type { NewAttribute } from '../span-view.ts';
import { writeAttribute } from '../write-attribute.ts';
import { type Writer, writeRaw } from '../writer.ts';

/** Tag of `Span.attributes`. */
const spanAttributesTag = 0x4a;

/** What is remembered of a key that stages write: its bytes, and the encoded field of the value it had last. */
export type AttributeTemplate = {
  readonly key: string;
  readonly keyBytes: Uint8Array;
  readonly owned: boolean;
  value: NewAttribute[1];
  /** Whether the attribute already has its place in the span at hand. */
  placed: boolean;
  /** Number of the span that asked for it last. */
  askedBy: number;
  lastText: string | undefined;
  encoded: Buffer | undefined;
};

/** Templates of the keys seen so far. */
export type AttributeTemplates = {
  readonly byKey: Map<string, AttributeTemplate>;
  readonly ownedPrefix: string;
  /** The attributes of the span at hand, each key once. */
  readonly asked: AttributeTemplate[];
  spanNumber: number;
};

/** No templates yet. A key under `ownedPrefix` is owned; none is when the prefix is empty. */
export function createTemplates(ownedPrefix: string): AttributeTemplates {
  return { byKey: new Map(), ownedPrefix, asked: [], spanNumber: 0 };
}

/** Notes what is wanted on the next span. Where a key is given twice the last value counts. */
export function askFor(templates: AttributeTemplates, added: readonly NewAttribute[]): void {
  templates.spanNumber += 1;
  templates.asked.length = 0;
  if (templates.byKey.size > attributeTemplatesMax) templates.byKey.clear();
  for (const [key, value] of added) {
    const template = templates.byKey.get(key) ?? createTemplate(templates, key);
    template.value = value;
    if (template.askedBy === templates.spanNumber) continue;
    template.askedBy = templates.spanNumber;
    template.placed = false;
    templates.asked.push(template);
  }
}

function createTemplate(templates: AttributeTemplates, key: string): AttributeTemplate {
  const owned = templates.ownedPrefix !== '' && key.startsWith(templates.ownedPrefix);
  const keyBytes = new Uint8Array(Buffer.from(key));
  const template = { key, keyBytes, owned, value: '', placed: false, askedBy: 0, lastText: undefined, encoded: undefined };
  templates.byKey.set(key, template);
  return template;
}

/** Longest text whose encoded attribute is kept; a longer one is not likely to come again. */
const keptTextUnitsMax = 256;

/** Writes the attribute as a field of a span. Texts such as a currency or a book's hash repeat on span after span: kept encoded. */
export function writeTemplate(writer: Writer, template: AttributeTemplate): void {
  const { value, encoded } = template;
  const repeated = value === template.lastText;
  if (repeated && encoded !== undefined) writeRaw(writer, encoded);
  else {
    const start = writer.length;
    writeAttribute(writer, spanAttributesTag, template.key, value);
    template.encoded = repeated ? Buffer.from(writer.bytes.subarray(start, writer.length)) : undefined;
    template.lastText = typeof value === 'string' && value.length <= keptTextUnitsMax ? value : undefined;
  }
}
