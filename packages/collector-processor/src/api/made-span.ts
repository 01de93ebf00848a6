import {
  ATTR_COSTSPAN_WORK_ITEM_ID,
  ATTR_COSTSPAN_WORK_ITEM_PARENT_ID,
  ATTR_COSTSPAN_WORK_ITEM_TENANT,
  ATTR_COSTSPAN_WORK_ITEM_TYPE,
} from '@costspan/semconv';

/** A span that is made here, of something no tracer saw. */
export type MadeSpan = {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly startNs: bigint;
  readonly endNs: bigint;
  readonly attributes: Readonly<Record<string, string | number>>;
};

/** The work item a made span belongs to. */
export type ItemOfSpan = {
  readonly tenant?: string | undefined;
  readonly type: string;
  readonly id: string;
  readonly parentId?: string | undefined;
};

/** Attributes that name a work item. */
export function itemAttributes({ tenant, type, id, parentId }: ItemOfSpan): MadeSpan['attributes'] {
  return {
    ...(tenant === undefined ? {} : { [ATTR_COSTSPAN_WORK_ITEM_TENANT]: tenant }),
    [ATTR_COSTSPAN_WORK_ITEM_TYPE]: type,
    [ATTR_COSTSPAN_WORK_ITEM_ID]: id,
    ...(parentId === undefined ? {} : { [ATTR_COSTSPAN_WORK_ITEM_PARENT_ID]: parentId }),
  };
}

/** An OTLP/JSON trace request of made spans. */
export function madeRequest(spans: readonly MadeSpan[]): Uint8Array {
  const request = {
    resourceSpans: [
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: 'costspan' } }] },
        scopeSpans: [{ scope: { name: '@costspan/collector-processor/api' }, spans: spans.map(spanJson) }],
      },
    ],
  };
  return Buffer.from(JSON.stringify(request));
}

function spanJson({ startNs, endNs, attributes, ...span }: MadeSpan): unknown {
  return {
    ...span,
    kind: 1,
    startTimeUnixNano: String(startNs),
    endTimeUnixNano: String(endNs),
    attributes: Object.entries(attributes).map(([key, value]) => ({
      key,
      value: typeof value === 'number' ? { intValue: String(value) } : { stringValue: value },
    })),
  };
}
