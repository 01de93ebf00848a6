import { choice, choiceOf, type Message, many, message, one, repeated, scalar } from './message.ts';

// Field numbers of opentelemetry.proto.common.v1 and resource.v1. The string-table indexes that version 1.10 added to
// AnyValue (8) and KeyValue (3) belong to profiles; here they are unknown fields and pass as they came.

/** The value of an attribute; without a member it is empty. */
export const anyValue: Message = message('AnyValue', {
  string_value: [1, choice('value', 'string')],
  bool_value: [2, choice('value', 'bool')],
  int_value: [3, choice('value', 'int64')],
  double_value: [4, choice('value', 'double')],
  array_value: [5, choiceOf('value', () => arrayValue)],
  kvlist_value: [6, choiceOf('value', () => keyValueList)],
  bytes_value: [7, choice('value', 'bytes')],
});

const arrayValue: Message = message('ArrayValue', {
  values: [1, many(() => anyValue)],
});

const keyValueList: Message = message('KeyValueList', {
  values: [1, many(() => keyValue)],
});

/** One attribute. */
export const keyValue: Message = message('KeyValue', {
  key: [1, scalar('string')],
  value: [2, one(() => anyValue)],
});

/** Who recorded the items of a group. */
export const instrumentationScope: Message = message('InstrumentationScope', {
  name: [1, scalar('string')],
  version: [2, scalar('string')],
  attributes: [3, many(() => keyValue)],
  dropped_attributes_count: [4, scalar('uint32')],
});

const entityRef: Message = message('EntityRef', {
  schema_url: [1, scalar('string')],
  type: [2, scalar('string')],
  id_keys: [3, repeated('string')],
  description_keys: [4, repeated('string')],
});

/** What the items of a group were recorded about: a service, a host. */
export const resource: Message = message('Resource', {
  attributes: [1, many(() => keyValue)],
  dropped_attributes_count: [2, scalar('uint32')],
  entity_refs: [3, many(() => entityRef)],
});
