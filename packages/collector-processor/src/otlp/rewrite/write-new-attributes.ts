import type { NewAttribute } from '../span-view.ts';
import { writeAttribute } from '../write-attribute.ts';
import { copyWritten, reserve, type Writer, writeRaw } from '../writer.ts';
import type { AttributeTemplate, AttributeTemplates } from './new-attributes.ts';

/** Tag of `Span.attributes`. */
const spanAttributesTag = 0x4a;

/** Writes one attribute, or a run of them, as fields of a span. */
export function writeTemplate(writer: Writer, { run, key, spelling, value }: AttributeTemplate): void {
  if (run !== undefined) writeRaw(writer, run.encoded);
  else if (!writeShort(writer, spelling.bytes, value)) writeAttribute(writer, spanAttributesTag, key, value);
}

/**
 * Writes an attribute as {@link writeAttribute} does, where it is a double or a short ASCII text and takes less than 128 bytes:
 * all lengths are known at once then. Returns false, with nothing written, for any other.
 *
 *     0x4a length | 0x0a length key | 0x12 length | 0x21 eight bytes, 0x0a length text
 */
function writeShort(writer: Writer, key: Uint8Array, value: NewAttribute[1]): boolean {
  const valueLength = typeof value === 'number' ? 9 : typeof value === 'string' ? 2 + value.length : 0x80;
  const length = key.length + valueLength + 4;
  if (length >= 0x80) return false;
  reserve(writer, length + 2);
  const { bytes } = writer;
  let at = writer.length;
  bytes[at] = spanAttributesTag;
  bytes[at + 1] = length;
  bytes[at + 2] = 0x0a;
  bytes[at + 3] = key.length;
  at += 4;
  for (let index = 0; index < key.length; index += 1) bytes[at + index] = key[index]!;
  at += key.length;
  bytes[at] = 0x12;
  bytes[at + 1] = valueLength;
  if (typeof value === 'number') {
    bytes[at + 2] = 0x21;
    bytes.writeDoubleLE(value, at + 3);
  } else if (typeof value === 'string') {
    bytes[at + 2] = 0x0a;
    bytes[at + 3] = value.length;
    let seen = 0;
    for (let index = 0; index < value.length; index += 1) {
      const unit = value.charCodeAt(index);
      seen |= unit;
      bytes[at + 4 + index] = unit;
    }
    if (seen >= 0x80) return false;
  }
  writer.length += length + 2;
  return true;
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
