import { type Context, diag, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { carrierCharactersMax } from '../limits.ts';
import { createWorkItem } from './create-work-item.ts';
import { parseTraceparent, traceparentOf } from './span-context-text.ts';
import { withWorkItem, workItemOf } from './work-item-context.ts';
import type { WorkItem } from './work-item-type.ts';

/** Something that takes text under names: headers, or the attributes of a message. */
export type Carrier = { [name: string]: unknown } | Headers | Map<string, string>;

/** What a carrier brought: a context to run in. */
export type ExtractedWorkItem = { readonly item: WorkItem; readonly context: Context };

const ITEM_HEADER = 'costspan-work-item';
const TRACE_HEADER = 'traceparent';

/** Writes the work item and span of `active` into `carrier`, and returns it. Writes nothing outside of a work item. */
export const injectWorkItem = <C extends Carrier>(carrier: C, active: Context): C => {
  const item = workItemOf(active);
  if (item === undefined) return carrier;
  const text = encodeItem(item);
  if (text.length > carrierCharactersMax) {
    diag.error(
      `costspan: workItem.inject: the work item takes ${text.length} characters, more than ${carrierCharactersMax}; give it fewer dimensions`,
    );
    return carrier;
  }
  write(carrier, ITEM_HEADER, text);
  const spanContext = trace.getSpanContext(active);
  if (spanContext !== undefined && trace.isSpanContextValid(spanContext))
    write(carrier, TRACE_HEADER, traceparentOf(spanContext));
  return carrier;
};

/** The work item a carrier brings; undefined when it has none that can be used. */
export const extractWorkItem = (carrier: Carrier): ExtractedWorkItem | undefined => {
  const text = read(carrier, ITEM_HEADER);
  const item = text === undefined || text.length > carrierCharactersMax ? undefined : decodeItem(text, 'workItem.extract');
  if (item === undefined) return undefined;
  const parent = parseTraceparent(read(carrier, TRACE_HEADER) ?? '');
  const context = parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, parent);
  return { item, context: withWorkItem(context, item) };
};

/** `type=ticket&id=T-42&dimension.team=support`, percent-encoded: readable, and safe in a header. */
export const encodeItem = (item: WorkItem): string => {
  const fields = new URLSearchParams({ type: item.type, id: item.id });
  if (item.tenant !== undefined) fields.set('tenant', item.tenant);
  if (item.parentId !== undefined) fields.set('parent', item.parentId);
  for (const [key, value] of Object.entries(item.dimensions)) fields.set(DIMENSION + key, value);
  return fields.toString();
};

/** The item a text names, undefined when it cannot be used. `where` is the call that read it. */
export const decodeItem = (text: string, where: string): WorkItem | undefined => {
  const fields = new URLSearchParams(text);
  const tenant = fields.get('tenant') ?? undefined;
  const parent = fields.get('parent') ?? undefined;
  const dimensions = [...fields]
    .filter(([name]) => name.startsWith(DIMENSION))
    .map(([name, value]) => [name.slice(DIMENSION.length), value]);
  try {
    // Identifiers were hidden by the sender where they are to be hidden, so no key applies here.
    return createWorkItem(
      {
        type: fields.get('type') ?? '',
        id: fields.get('id') ?? '',
        ...(tenant !== undefined && { tenant }),
        ...(parent !== undefined && { parent }),
        dimensions: Object.fromEntries(dimensions),
      },
      where,
      { dimensions: {} },
    );
  } catch (error) {
    diag.warn(error instanceof Error ? error.message : `${where}: unreadable work item`);
    return undefined;
  }
};

const DIMENSION = 'dimension.';

const write = (carrier: Carrier, name: string, value: string): void => {
  if (carrier instanceof Headers || carrier instanceof Map) carrier.set(name, value);
  else carrier[name] = value;
};

// Names of headers have no case, and some servers give a list for each.
const read = (carrier: Carrier, name: string): string | undefined => {
  if (carrier instanceof Headers) return carrier.get(name) ?? undefined;
  const entries = carrier instanceof Map ? [...carrier] : Object.entries(carrier);
  const value = entries.find(([key]) => key.toLowerCase() === name)?.[1];
  const first: unknown = Array.isArray(value) ? value[0] : value;
  return typeof first === 'string' ? first : first instanceof Uint8Array ? Buffer.from(first).toString('utf8') : undefined;
};
