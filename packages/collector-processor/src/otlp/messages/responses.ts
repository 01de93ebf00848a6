import type { Signal } from '../codec.ts';
import { type Message, many, message, one, scalar } from './message.ts';

// Field numbers of opentelemetry.proto.collector.*.v1, google.rpc and google.protobuf.

/** An answer to an export request, and what its partial success calls the rejected items. */
export type ResponseForm = {
  readonly response: Message;
  readonly rejectedName: string;
};

/** The response message of each signal: one optional partial success. */
export const responseForms: Readonly<Record<Signal, ResponseForm>> = {
  traces: responseForm('Trace', 'rejected_spans', 'rejectedSpans'),
  logs: responseForm('Logs', 'rejected_log_records', 'rejectedLogRecords'),
  metrics: responseForm('Metrics', 'rejected_data_points', 'rejectedDataPoints'),
};

function responseForm(name: string, rejectedProtoName: string, rejectedName: string): ResponseForm {
  const partialSuccess = message(`Export${name}PartialSuccess`, {
    [rejectedProtoName]: [1, scalar('int64')],
    error_message: [2, scalar('string')],
  });
  const response = message(`Export${name}ServiceResponse`, {
    partial_success: [1, one(() => partialSuccess)],
  });
  return { response, rejectedName };
}

/** google.rpc.Status: the body of every refusal. */
export const rpcStatus: Message = message('Status', {
  code: [1, scalar('int32')],
  message: [2, scalar('string')],
  details: [3, many(() => any)],
});

const any: Message = message('Any', {
  type_url: [1, scalar('string')],
  value: [2, scalar('bytes')],
});

/** google.rpc.RetryInfo: how long to wait. */
export const retryInfo: Message = message('RetryInfo', {
  retry_delay: [1, one(() => duration)],
});

const duration: Message = message('Duration', {
  seconds: [1, scalar('int64')],
  nanos: [2, scalar('int32')],
});

/** google.rpc.BadRequest: what to repair. */
export const badRequest: Message = message('BadRequest', {
  field_violations: [1, many(() => fieldViolation)],
});

const fieldViolation: Message = message('FieldViolation', {
  field: [1, scalar('string')],
  description: [2, scalar('string')],
});
