import type { RewriteOptions } from '../codec.ts';
import { idleWorkspaceBytesMax, stepSpans } from '../limits.ts';
import type { KeyTable, SpanView } from '../span-view.ts';
import { restartWalk, startWalk, type Walk } from '../walk.ts';
import { type AttributeSet, clearAttributes, createAttributeSet, ownWordsOf } from './attribute-set.ts';
import { clearEdits, createEditList, type EditList } from './edit-list.ts';
import { indexKeys } from './key-index.ts';
import { createKeyShapes } from './key-shapes.ts';
import { type AttributeTemplates, clearTemplates, createTemplates } from './new-attributes.ts';
import { createSpanView } from './view.ts';

/** Where the fields of the span at hand stand in the request; -1 for one that is absent. */
export type SpanPlaces = {
  traceIdStart: number;
  spanIdStart: number;
  parentSpanIdStart: number;
  traceStateStart: number;
  traceStateEnd: number;
  nameStart: number;
  nameEnd: number;
  kindStart: number;
  startTimeStart: number;
  endTimeStart: number;
  statusCodeStart: number;
  firstEventStart: number;
  spanStart: number;
  spanEnd: number;
  groupNumber: number;
  scopeNameStart: number;
  scopeNameEnd: number;
  scopeVersionStart: number;
  scopeVersionEnd: number;
};

/** Everything one rewrite works with. Made once and reused: a request costs no object per span, nor new tables. */
export type Workspace = {
  readonly keys: KeyTable;
  readonly ownedPrefix: string;
  readonly walk: Walk;
  readonly places: SpanPlaces;
  readonly spanAttributes: AttributeSet;
  readonly resourceAttributes: AttributeSet;
  readonly edits: EditList;
  readonly templates: AttributeTemplates;
  readonly view: SpanView;
  spanCount: number;
  changedSpanCount: number;
  /** Number of spans after which the rewrite pauses. */
  stepEnd: number;
};

/** The workspaces that are not at work, by their keys. A rewrite inside a rewrite's callback finds none and makes its own. */
const idle = new WeakMap<KeyTable, Workspace>();

/** A workspace for these options; give it back with {@link releaseWorkspace}. */
export function takeWorkspace(options: RewriteOptions): Workspace {
  const taken = idle.get(options.keys);
  idle.delete(options.keys);
  return taken?.ownedPrefix === options.ownedPrefix ? taken : createWorkspace(options);
}

/** Keeps a workspace for the next request, unless a giant one has blown it up. The request itself is let go. */
export function releaseWorkspace(workspace: Workspace): void {
  const { spanAttributes, resourceAttributes, edits } = workspace;
  restartWalk(workspace.walk, noBytes);
  clearAttributes(spanAttributes);
  clearAttributes(resourceAttributes);
  clearEdits(edits);
  clearTemplates(workspace.templates);
  workspace.spanCount = 0;
  workspace.changedSpanCount = 0;
  workspace.stepEnd = stepSpans;
  const records = spanAttributes.starts.byteLength + resourceAttributes.starts.byteLength;
  if (records + edits.numbers.byteLength + edits.inserted.bytes.length <= idleWorkspaceBytesMax)
    idle.set(workspace.keys, workspace);
}

const noBytes = Buffer.alloc(0);

function createWorkspace(options: RewriteOptions): Workspace {
  const index = indexKeys(options.keys);
  const walk = startWalk(noBytes);
  const places: SpanPlaces = {
    traceIdStart: -1,
    spanIdStart: -1,
    parentSpanIdStart: -1,
    traceStateStart: 0,
    traceStateEnd: 0,
    nameStart: 0,
    nameEnd: 0,
    kindStart: -1,
    startTimeStart: -1,
    endTimeStart: -1,
    statusCodeStart: -1,
    firstEventStart: -1,
    spanStart: -1,
    spanEnd: -1,
    groupNumber: 0,
    scopeNameStart: 0,
    scopeNameEnd: 0,
    scopeVersionStart: 0,
    scopeVersionEnd: 0,
  };
  const ownedPrefix = new Uint8Array(Buffer.from(options.ownedPrefix));
  const spanAttributes = createAttributeSet(index, ownedPrefix);
  const resourceAttributes = createAttributeSet(index, new Uint8Array(0));
  const shapes = createKeyShapes(options.keys, ownWordsOf(options.ownedPrefix));
  return {
    keys: options.keys,
    ownedPrefix: options.ownedPrefix,
    walk,
    places,
    spanAttributes,
    resourceAttributes,
    edits: createEditList(),
    templates: createTemplates(index, options.ownedPrefix),
    view: createSpanView(walk, places, { spanAttributes, resourceAttributes, shapes }),
    spanCount: 0,
    changedSpanCount: 0,
    stepEnd: stepSpans,
  };
}
