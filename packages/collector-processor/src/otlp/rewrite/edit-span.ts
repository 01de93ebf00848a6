import { type AttributeSet, fieldEndOf, fieldStartOf, isOwnedAttribute, keyLengthOf, keyStartOf } from './attribute-set.ts';
import { addEdit, type EditList } from './edit-list.ts';
import { sameBytes } from './key-index.ts';
import { type AttributeTemplate, type AttributeTemplates, writeTemplate } from './new-attributes.ts';

/**
 * Notes the edits that give a span the attributes asked for: one that is there already is replaced where it stands, every other
 * attribute of that key and everything owned goes, the rest is appended. So a second pass finds its own attributes in place and
 * changes nothing. Returns by how many bytes the span grows.
 */
export function editSpan(
  edits: EditList,
  bytes: Buffer,
  spanEnd: number,
  set: AttributeSet,
  templates: AttributeTemplates,
): number {
  let growth = 0;
  if (set.ownedCount > 0 || templates.asked.some((template) => !template.owned)) {
    for (let attribute = 0; attribute < set.count; attribute += 1) {
      growth += editAttribute(edits, bytes, set, attribute, templates);
    }
  }
  const start = edits.inserted.length;
  for (const template of templates.asked) if (!template.placed) writeTemplate(edits.inserted, template);
  const end = edits.inserted.length;
  if (end > start) addEdit(edits, spanEnd, 0, start, end);
  return growth + end - start;
}

function editAttribute(
  edits: EditList,
  bytes: Buffer,
  set: AttributeSet,
  attribute: number,
  templates: AttributeTemplates,
): number {
  const template = findAsked(templates, bytes, keyStartOf(set, attribute), keyLengthOf(set, attribute));
  if (template === undefined && !isOwnedAttribute(set, bytes, attribute)) return 0;
  const fieldStart = fieldStartOf(set, attribute);
  const fieldEnd = fieldEndOf(set, attribute);
  if (template === undefined || template.placed) {
    addEdit(edits, fieldStart, fieldEnd - fieldStart, 0, 0);
    return fieldStart - fieldEnd;
  }
  template.placed = true;
  const start = edits.inserted.length;
  writeTemplate(edits.inserted, template);
  const end = edits.inserted.length;
  if (edits.inserted.bytes.compare(bytes, fieldStart, fieldEnd, start, end) === 0) {
    edits.inserted.length = start;
    return 0;
  }
  addEdit(edits, fieldStart, fieldEnd - fieldStart, start, end);
  return end - start - (fieldEnd - fieldStart);
}

function findAsked(
  templates: AttributeTemplates,
  bytes: Buffer,
  keyStart: number,
  keyLength: number,
): AttributeTemplate | undefined {
  const { asked } = templates;
  for (let index = 0; index < asked.length; index += 1) {
    if (sameBytes(asked[index]!.keyBytes, bytes, keyStart, keyLength)) return asked[index];
  }
  return undefined;
}
