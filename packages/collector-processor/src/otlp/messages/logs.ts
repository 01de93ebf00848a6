import { anyValue, instrumentationScope, keyValue, resource } from './common-v1.ts';
import { enumOf, type Message, many, message, one, scalar } from './message.ts';

// Field numbers of opentelemetry.proto.logs.v1 and collector.logs.v1.

/** What a sender of logs posts. */
export const logsRequest: Message = message('ExportLogsServiceRequest', {
  resource_logs: [1, many(() => resourceLogs)],
});

const resourceLogs: Message = message('ResourceLogs', {
  resource: [1, one(() => resource)],
  scope_logs: [2, many(() => scopeLogs)],
  schema_url: [3, scalar('string')],
});

const scopeLogs: Message = message('ScopeLogs', {
  scope: [1, one(() => instrumentationScope)],
  log_records: [2, many(() => logRecord)],
  schema_url: [3, scalar('string')],
});

const severities = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'].flatMap((name) => [
  name,
  `${name}2`,
  `${name}3`,
  `${name}4`,
]);

const severityNumbers: Readonly<Record<string, number>> = Object.fromEntries(
  ['UNSPECIFIED', ...severities].map((name, number) => [`SEVERITY_NUMBER_${name}`, number]),
);

/** One log record. */
const logRecord: Message = message('LogRecord', {
  time_unix_nano: [1, scalar('fixed64')],
  severity_number: [2, enumOf(severityNumbers)],
  severity_text: [3, scalar('string')],
  body: [5, one(() => anyValue)],
  attributes: [6, many(() => keyValue)],
  dropped_attributes_count: [7, scalar('uint32')],
  flags: [8, scalar('fixed32')],
  trace_id: [9, scalar('id16')],
  span_id: [10, scalar('id8')],
  observed_time_unix_nano: [11, scalar('fixed64')],
  event_name: [12, scalar('string')],
});
