import type { Walk } from '../walk.ts';
import { type AttributeSet, placeOf } from './attribute-set.ts';
import { addEdit, type EditList } from './edit-list.ts';
import { isSpelled, startsWithBytes } from './key-index.ts';
import type { AttributeTemplate, AttributeTemplates } from './new-attributes.ts';
import { writeTemplate, writeUnplaced } from './write-new-attributes.ts';

/**
 * Notes the edits that give a span the attributes asked for: one that is there already is replaced where it stands, every other
 * attribute of that key and everything owned goes, the rest is appended. So a second pass finds its own attributes in place and
 * changes nothing. Returns by how many bytes the span grows.
 */
export function editSpan(edits: EditList, walk: Walk, spanEnd: number, set: AttributeSet, templates: AttributeTemplates): number {
  let growth = 0;
  if (set.ownedCount > 0 || templates.carriedCount > 0) {
    for (let attribute = 0; attribute < set.count; attribute += 1) {
      growth += editAttribute(edits, walk, set, attribute, templates);
    }
  }
  const start = edits.inserted.length;
  writeUnplaced(edits.inserted, templates);
  const end = edits.inserted.length;
  if (end > start) addEdit(edits, spanEnd, 0, start, end);
  return growth + end - start;
}

function editAttribute(edits: EditList, walk: Walk, set: AttributeSet, attribute: number, templates: AttributeTemplates): number {
  const { bytes } = walk.cursor;
  const { fieldStart, fieldEnd, keyStart, keyEnd } = placeOf(set, bytes, attribute);
  const template = findAsked(templates, walk, keyStart, keyEnd, set.ownedCount > 0);
  if (template === undefined && !(set.ownedCount > 0 && startsWithBytes(bytes, keyStart, keyEnd - keyStart, set.ownedPrefix)))
    return 0;
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

/** Of a span without owned attributes, only those that are not owned need a look. */
function findAsked(
  templates: AttributeTemplates,
  walk: Walk,
  keyStart: number,
  keyEnd: number,
  mayBeOwned: boolean,
): AttributeTemplate | undefined {
  const { asked } = templates;
  for (let index = 0; index < templates.askedCount; index += 1) {
    const template = asked[index]!;
    // A run is asked for as one only where the span has none of its keys.
    if (template.run !== undefined || (template.owned && !mayBeOwned)) continue;
    if (isSpelled(template.spelling, walk.cursor.bytes, walk.view, keyStart, keyEnd - keyStart)) return template;
  }
  return undefined;
}
