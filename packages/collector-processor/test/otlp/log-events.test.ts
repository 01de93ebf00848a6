import { expect, test } from 'vitest';
import type { LogEvent } from '../../src/otlp/codec.ts';
import { encodeLogEvents } from '../../src/otlp/log-events.ts';
import { visitLogRecords } from '../../src/otlp/visit-log-records.ts';
import { decodeWithOracle } from './proto.ts';

const source = {
  resourceAttributes: [['service.name', 'costspan']] as const,
  scopeName: '@costspan/collector-processor',
  scopeVersion: '1.2.3',
};
const event: LogEvent = {
  eventName: 'costspan.work_item.cost',
  timeUnixNs: 1_767_225_600_123_456_789n,
  severityNumber: 13,
  body: 'ticket T-42: 0.82 USD',
  traceId: '5b8efff798038103d269b633813fc60c',
  attributes: [
    ['costspan.total.exact', '0.82'],
    ['costspan.total.amount', 0.82],
    ['costspan.record.revision', 9_007_199_254_740_993n],
    ['costspan.record.complete', false],
  ],
};

test('the oracle reads what is written, to the last digit of 64-bit integers', () => {
  const { resourceLogs } = decodeWithOracle('ExportLogsServiceRequest', encodeLogEvents(source, [event])) as {
    resourceLogs: { resource: unknown; scopeLogs: { scope: unknown; logRecords: Record<string, unknown>[] }[] }[];
  };
  expect(resourceLogs[0]?.resource).toEqual({ attributes: [{ key: 'service.name', value: { stringValue: 'costspan' } }] });
  expect(resourceLogs[0]?.scopeLogs[0]?.scope).toEqual({ name: '@costspan/collector-processor', version: '1.2.3' });
  expect(resourceLogs[0]?.scopeLogs[0]?.logRecords).toMatchObject([
    {
      timeUnixNano: '1767225600123456789',
      severityNumber: 13,
      eventName: 'costspan.work_item.cost',
      body: { stringValue: 'ticket T-42: 0.82 USD' },
      traceId: Buffer.from('5b8efff798038103d269b633813fc60c', 'hex').toString('base64'),
      attributes: [
        { key: 'costspan.total.exact', value: { stringValue: '0.82' } },
        { key: 'costspan.total.amount', value: { doubleValue: 0.82 } },
        { key: 'costspan.record.revision', value: { intValue: '9007199254740993' } },
        { key: 'costspan.record.complete', value: { boolValue: false } },
      ],
    },
  ]);
});

test('an event reads back as it was written', () => {
  const seen: unknown[] = [];
  const result = visitLogRecords(encodeLogEvents(source, [event, { ...event, eventName: 'costspan.entry' }]), (record) => {
    seen.push({
      eventName: record.eventName,
      timeUnixNs: record.timeUnixNs,
      severityNumber: record.severityNumber,
      traceId: record.traceId,
      body: record.body(),
      attributes: [...record.attributes()],
      resource: [...record.resourceAttributes()],
    });
  });
  expect(result).toMatchObject({ kind: 'ok', itemCount: 2 });
  const { eventName: _, ...read } = { ...event, resource: [['service.name', 'costspan']] };
  expect(seen).toEqual([
    { eventName: 'costspan.work_item.cost', ...read },
    { eventName: 'costspan.entry', ...read },
  ]);
});

test('a request that ends too soon shows no record at all', () => {
  const whole = encodeLogEvents(source, [event, event]);
  const seen: unknown[] = [];
  const result = visitLogRecords(whole.subarray(0, whole.length - 3), (record) => seen.push(record.eventName));
  expect(result.kind).toBe('invalid');
  expect(seen).toEqual([]);
});
