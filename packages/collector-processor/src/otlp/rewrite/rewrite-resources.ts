import type { Steps } from '../codec.ts';
import { addedBytesMax, stepSpans } from '../limits.ts';
import { instrumentationScope, resource } from '../messages/common-v1.ts';
import { resourceSpans, scopeSpans, tracesRequest } from '../messages/traces.ts';
import { skipField } from '../skip-field.ts';
import type { OnSpan } from '../span-view.ts';
import { validateField } from '../validate-message.ts';
import type { Walk } from '../walk.ts';
import { failAt, readLength, readTag } from '../wire.ts';
import { clearAttributes } from './attribute-set.ts';
import { closeLength, openLength } from './edit-list.ts';
import { editSpan } from './edit-span.ts';
import { askFor } from './new-attributes.ts';
import { scanAttribute } from './scan-attribute.ts';
import { scanSpan } from './scan-span.ts';
import type { Workspace } from './workspace.ts';

/**
 * Walks a whole request, notes the edits its spans ask for, and returns by how many bytes it grows. Pauses every few spans.
 *
 *     ExportTraceServiceRequest: 1 resource_spans ResourceSpans repeated
 */
export function* rewriteResources(workspace: Workspace, walk: Walk, onSpan: OnSpan): Steps<number> {
  const { cursor } = walk;
  const end = cursor.bytes.length;
  let growth = 0;
  while (cursor.position < end) {
    const tag = readTag(cursor, end);
    if (tag === 0x0a) growth += yield* rewriteGroup(workspace, walk, end, onSpan, rewriteResourceSpans);
    else validateField(walk, end, tag, tracesRequest, 0);
  }
  return growth;
}

type RewriteGroup = (workspace: Workspace, walk: Walk, end: number, onSpan: OnSpan) => Steps<number>;

/** Rewrites a message of spans whose length is next; returns by how much it grows with its length. */
function* rewriteGroup(workspace: Workspace, walk: Walk, end: number, onSpan: OnSpan, rewrite: RewriteGroup): Steps<number> {
  const { cursor } = walk;
  const lengthStart = cursor.position;
  const length = readLength(cursor, end);
  const edit = openLength(workspace.edits, lengthStart, cursor.position);
  const growth = yield* rewrite(workspace, walk, cursor.position + length, onSpan);
  return closeLength(workspace.edits, edit, length, growth);
}

/**
 * The resource may stand behind the spans it belongs to, or come in pieces: a first pass collects it, a second one visits.
 *
 *     ResourceSpans: 1 resource Resource · 2 scope_spans ScopeSpans repeated · 3 schema_url string
 */
function* rewriteResourceSpans(workspace: Workspace, walk: Walk, end: number, onSpan: OnSpan): Steps<number> {
  const { cursor } = walk;
  const start = cursor.position;
  clearAttributes(workspace.resourceAttributes);
  while (cursor.position < end) {
    const tag = readTag(cursor, end);
    if (tag === 0x12) skipField(cursor, end, tag, 1);
    else if (tag === 0x0a) scanResource(workspace, walk, readLength(cursor, end) + cursor.position);
    else validateField(walk, end, tag, resourceSpans, 1);
  }
  cursor.position = start;
  let growth = 0;
  while (cursor.position < end) {
    const tag = readTag(cursor, end);
    if (tag === 0x12) growth += yield* rewriteGroup(workspace, walk, end, onSpan, rewriteScopeSpans);
    else skipField(cursor, end, tag, 1);
  }
  return growth;
}

/** Resource: 1 attributes KeyValue repeated · others: the message table. */
function scanResource(workspace: Workspace, walk: Walk, end: number): void {
  const { cursor } = walk;
  while (cursor.position < end) {
    const start = cursor.position;
    const tag = readTag(cursor, end);
    if (tag === 0x0a) scanAttribute(walk, workspace.resourceAttributes, start, readLength(cursor, end) + cursor.position, 3);
    else validateField(walk, end, tag, resource, 2);
  }
}

/**
 * In two passes as a ResourceSpans, because the scope too may stand behind its spans.
 *
 *     ScopeSpans: 1 scope InstrumentationScope · 2 spans Span repeated · 3 schema_url string
 */
function* rewriteScopeSpans(workspace: Workspace, walk: Walk, end: number, onSpan: OnSpan): Steps<number> {
  const { cursor } = walk;
  const { places } = workspace;
  const start = cursor.position;
  places.scopeNameEnd = places.scopeNameStart;
  places.scopeVersionEnd = places.scopeVersionStart;
  while (cursor.position < end) {
    const tag = readTag(cursor, end);
    if (tag === 0x12) skipField(cursor, end, tag, 2);
    else if (tag === 0x0a) scanScope(workspace, walk, readLength(cursor, end) + cursor.position);
    else validateField(walk, end, tag, scopeSpans, 2);
  }
  cursor.position = start;
  lastGroupNumber += 1;
  places.groupNumber = lastGroupNumber;
  let growth = 0;
  while (cursor.position < end) {
    growth += rewriteSpans(workspace, walk, end, onSpan);
    if (workspace.spanCount < workspace.stepEnd) continue;
    workspace.stepEnd = workspace.spanCount + stepSpans;
    yield;
  }
  return growth;
}

/** Rewrites spans of a ScopeSpans to its end, or that of the step. */
function rewriteSpans(workspace: Workspace, walk: Walk, end: number, onSpan: OnSpan): number {
  const { cursor } = walk;
  let growth = 0;
  while (cursor.position < end && workspace.spanCount < workspace.stepEnd) {
    const tag = readTag(cursor, end);
    if (tag === 0x12) growth += rewriteSpan(workspace, walk, end, onSpan);
    else skipField(cursor, end, tag, 2);
  }
  return growth;
}

/** Groups of spans seen so far, over all requests of this thread. */
let lastGroupNumber = 0;

/** InstrumentationScope: 1 name string · 2 version string · others: the message table. */
function scanScope({ places }: Workspace, walk: Walk, end: number): void {
  const { cursor } = walk;
  while (cursor.position < end) {
    const tag = readTag(cursor, end);
    const valueStart = cursor.position;
    validateField(walk, end, tag, instrumentationScope, 3);
    if (tag !== 0x0a && tag !== 0x12) continue;
    const valueEnd = cursor.position;
    cursor.position = valueStart;
    const textStart = valueEnd - readLength(cursor, end);
    cursor.position = valueEnd;
    if (tag === 0x0a) [places.scopeNameStart, places.scopeNameEnd] = [textStart, valueEnd];
    else [places.scopeVersionStart, places.scopeVersionEnd] = [textStart, valueEnd];
  }
}

/** Rewrites a span whose length is next; returns by how much it grows with its length. */
function rewriteSpan(workspace: Workspace, walk: Walk, end: number, onSpan: OnSpan): number {
  const { cursor } = walk;
  const lengthStart = cursor.position;
  const length = readLength(cursor, end);
  const edit = openLength(workspace.edits, lengthStart, cursor.position);
  const growth = rewriteFields(workspace, walk, cursor.position + length, onSpan);
  return closeLength(workspace.edits, edit, length, growth);
}

function rewriteFields(workspace: Workspace, walk: Walk, end: number, onSpan: OnSpan): number {
  const { spanAttributes, edits } = workspace;
  scanSpan(walk, end, workspace.places, spanAttributes);
  workspace.spanCount += 1;
  const added = onSpan(workspace.view);
  if (added === undefined && spanAttributes.ownedCount === 0) return 0;
  const editCount = edits.count;
  askFor(workspace.templates, spanAttributes, added ?? []);
  const growth = editSpan(edits, walk, end, spanAttributes, workspace.templates);
  if (edits.count > editCount) workspace.changedSpanCount += 1;
  if (edits.inserted.length > addedBytesMax) failAt(end - 1, `would add more than ${addedBytesMax} bytes to the request`);
  return growth;
}
