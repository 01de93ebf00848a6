import type { AttributeValue } from '../../src/otlp/span-view.ts';
import { encodeWithOracle } from '../otlp/proto.ts';
import { anyValue, bytesOf, keyValues } from './spans.ts';

/** A log record as a test writes it down. */
export type LogSpec = {
  readonly scope: string;
  readonly scopeVersion: string;
  readonly eventName: string;
  readonly body: string;
  readonly timeUnixNano: string;
  readonly observedTimeUnixNano: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly attributes: Readonly<Record<string, AttributeValue>>;
};

/** The records as one protobuf request, a scope each. */
export const logsRequestOf = (specs: readonly LogSpec[]): Uint8Array =>
  encodeWithOracle('ExportLogsServiceRequest', {
    resourceLogs: [
      {
        scopeLogs: specs.map((spec) => ({
          scope: { name: spec.scope, version: spec.scopeVersion },
          logRecords: [
            {
              timeUnixNano: spec.timeUnixNano,
              observedTimeUnixNano: spec.observedTimeUnixNano,
              eventName: spec.eventName,
              traceId: bytesOf(spec.traceId),
              spanId: bytesOf(spec.spanId),
              body: anyValue(spec.body),
              attributes: keyValues(spec.attributes),
            },
          ],
        })),
      },
    ],
  });
