import { instrumentationScope, keyValue, resource } from './common-v1.ts';
import { enumOf, type Message, many, message, one, scalar } from './message.ts';

// Field numbers of opentelemetry.proto.trace.v1 and collector.trace.v1.

/** What a sender of traces posts. */
export const tracesRequest: Message = message('ExportTraceServiceRequest', {
  resource_spans: [1, many(() => resourceSpans)],
});

/** The spans of one resource. */
export const resourceSpans: Message = message('ResourceSpans', {
  resource: [1, one(() => resource)],
  scope_spans: [2, many(() => scopeSpans)],
  schema_url: [3, scalar('string')],
});

/** The spans of one resource that one scope recorded. */
export const scopeSpans: Message = message('ScopeSpans', {
  scope: [1, one(() => instrumentationScope)],
  spans: [2, many(() => span)],
  schema_url: [3, scalar('string')],
});

const spanKinds = {
  SPAN_KIND_UNSPECIFIED: 0,
  SPAN_KIND_INTERNAL: 1,
  SPAN_KIND_SERVER: 2,
  SPAN_KIND_CLIENT: 3,
  SPAN_KIND_PRODUCER: 4,
  SPAN_KIND_CONSUMER: 5,
};

/** One operation of a trace. */
export const span: Message = message('Span', {
  trace_id: [1, scalar('id16')],
  span_id: [2, scalar('id8')],
  trace_state: [3, scalar('string')],
  parent_span_id: [4, scalar('id8')],
  name: [5, scalar('string')],
  kind: [6, enumOf(spanKinds)],
  start_time_unix_nano: [7, scalar('fixed64')],
  end_time_unix_nano: [8, scalar('fixed64')],
  attributes: [9, many(() => keyValue)],
  dropped_attributes_count: [10, scalar('uint32')],
  events: [11, many(() => spanEvent)],
  dropped_events_count: [12, scalar('uint32')],
  links: [13, many(() => spanLink)],
  dropped_links_count: [14, scalar('uint32')],
  status: [15, one(() => spanStatus)],
  flags: [16, scalar('fixed32')],
});

/** Something that happened during a span. */
const spanEvent: Message = message('Event', {
  time_unix_nano: [1, scalar('fixed64')],
  name: [2, scalar('string')],
  attributes: [3, many(() => keyValue)],
  dropped_attributes_count: [4, scalar('uint32')],
});

/** A span of another trace. */
const spanLink: Message = message('Link', {
  trace_id: [1, scalar('id16')],
  span_id: [2, scalar('id8')],
  trace_state: [3, scalar('string')],
  attributes: [4, many(() => keyValue)],
  dropped_attributes_count: [5, scalar('uint32')],
  flags: [6, scalar('fixed32')],
});

const statusCodes = {
  STATUS_CODE_UNSET: 0,
  STATUS_CODE_OK: 1,
  STATUS_CODE_ERROR: 2,
};

/** How a span ended. */
export const spanStatus: Message = message('Status', {
  message: [2, scalar('string')],
  code: [3, enumOf(statusCodes)],
});
