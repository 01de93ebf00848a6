import { describe, expect, test } from 'vitest';
import { jsonToProtobuf, protobufToJson } from '../../src/otlp/json.ts';
import { decodeWithOracle } from './proto.ts';

type Json = Readonly<Record<string, unknown>>;

/** A trace request of one span, and back as JSON. */
function roundTrip(members: string): Json {
  const read = jsonToProtobuf('traces', Buffer.from(`{"resourceSpans":[{"scopeSpans":[{"spans":[{${members}}]}]}]}`));
  if (read.kind === 'invalid') throw new Error(`${read.where}: ${read.problem}`);
  const written = protobufToJson('traces', read.body);
  if (written.kind === 'invalid') throw new Error(written.problem);
  return JSON.parse(written.text).resourceSpans[0].scopeSpans[0].spans[0];
}

function problemOf(json: string): string | undefined {
  const read = jsonToProtobuf('traces', Buffer.from(json));
  return read.kind === 'invalid' ? `${read.where}: ${read.problem}` : undefined;
}

const spanOf = (members: string): string => `{"resourceSpans":[{"scopeSpans":[{"spans":[{${members}}]}]}]}`;
const inSpan = 'resourceSpans[0].scopeSpans[0].spans[0]';

test('OTLP-52 members that nobody knows are ignored, wherever they stand', () => {
  const json = `{"later":1,"resourceSpans":[{"later":{},"resource":{"later":[[]]},"scopeSpans":[{"later":"x","scope":{"later":null},
    "spans":[{"later":[1,{"a":2}],"name":"n","attributes":[{"later":true,"key":"k","value":{"later":0,"stringValue":"v"}}],
    "events":[{"later":1}],"links":[{"later":1}],"status":{"later":1}}]}]}]}`;
  const read = jsonToProtobuf('traces', Buffer.from(json));
  if (read.kind === 'invalid') throw new Error(read.problem);
  expect(decodeWithOracle('ExportTraceServiceRequest', read.body)).toEqual({
    resourceSpans: [
      {
        resource: {},
        scopeSpans: [
          {
            scope: {},
            spans: [
              { name: 'n', attributes: [{ key: 'k', value: { stringValue: 'v' } }], events: [{}], links: [{}], status: {} },
            ],
          },
        ],
      },
    ],
  });
});

describe('OTLP-53 ids', () => {
  test('are hex of any case, and lower-case hex on output', () => {
    expect(roundTrip('"traceId":"5B8EFFF798038103D269B633813FC60C","spanId":"eee19b7EC3C1b174"')).toEqual({
      traceId: '5b8efff798038103d269b633813fc60c',
      spanId: 'eee19b7ec3c1b174',
    });
  });

  test.each([
    ['base64', 'traceId', 'W47/95gDgQPSabYzgT/GDA=='],
    ['too short', 'spanId', 'eee19b7ec3c1b1'],
    ['no hex', 'spanId', 'xee19b7ec3c1b174'],
  ])('in another form are refused: %s', (_, name, id) => {
    const digits = name === 'traceId' ? 32 : 16;
    expect(problemOf(spanOf(`"${name}":"${id}"`))).toBe(
      `${inSpan}.${name}: expected ${digits} hex digits, found a string of ${id.length} characters`,
    );
  });
});

test('OTLP-54 names as in the .proto files are read and never written', () => {
  const span = roundTrip('"trace_id":"5b8efff798038103d269b633813fc60c","start_time_unix_nano":"1","dropped_links_count":2');
  expect(span).toEqual({ traceId: '5b8efff798038103d269b633813fc60c', startTimeUnixNano: '1', droppedLinksCount: 2 });
});

describe('OTLP-55 enums', () => {
  test('are numbers on output; names and numbers are read, unknown numbers too', () => {
    expect(roundTrip('"kind":"SPAN_KIND_CLIENT","status":{"code":"STATUS_CODE_ERROR"}')).toEqual({
      kind: 3,
      status: { code: 2 },
    });
    expect(roundTrip('"kind":3,"status":{"code":2}')).toEqual({ kind: 3, status: { code: 2 } });
    expect(roundTrip('"kind":77')).toEqual({ kind: 77 });
  });

  test('of an unknown name are refused', () => {
    expect(problemOf(spanOf('"kind":"SPAN_KIND_LATER"'))).toBe(
      `${inSpan}.kind: expected a number or a name of this enum, found a string of 15 characters`,
    );
  });
});

describe('OTLP-56 integers of 64 bits', () => {
  test.each(['9007199254740993', '9223372036854775807', '-9223372036854775808', '0', '-1'])('%s keeps every digit', (digits) => {
    const value = { attributes: [{ key: 'n', value: { intValue: digits } }] };
    expect(roundTrip(`"attributes":[{"key":"n","value":{"intValue":"${digits}"}}]`)).toEqual(value);
    expect(roundTrip(`"attributes":[{"key":"n","value":{"intValue":${digits}}}]`)).toEqual(value);
  });

  test('nanoseconds as a number keep every digit', () => {
    expect(roundTrip('"startTimeUnixNano":1767225600123456789')).toEqual({ startTimeUnixNano: '1767225600123456789' });
  });

  test.each(['1.5', '"1.5"', '"x"', '18446744073709551616', '"-1"'])('%s for nanoseconds is refused', (value) => {
    expect(problemOf(spanOf(`"startTimeUnixNano":${value}`))).toContain(`${inSpan}.startTimeUnixNano: expected `);
  });
});

describe('OTLP-57 values', () => {
  test.each([
    ['NaN', '{"doubleValue":"NaN"}'],
    ['infinity', '{"doubleValue":"-Infinity"}'],
    ['a double as text', '{"doubleValue":"1.5"}', '{"doubleValue":1.5}'],
    ['bytes', '{"bytesValue":"AQL/"}'],
    ['bytes in the alphabet of URLs', '{"bytesValue":"AQL_"}', '{"bytesValue":"AQL/"}'],
    ['a list in a list', '{"arrayValue":{"values":[{"arrayValue":{"values":[{"boolValue":false}]}},{"stringValue":""}]}}'],
    ['a map', '{"kvlistValue":{"values":[{"key":"a","value":{"kvlistValue":{}}}]}}'],
    ['an empty list', '{"arrayValue":{}}'],
    ['an empty value', '{}'],
    ['null in a list', '{"arrayValue":{"values":[null,{"intValue":"1"}]}}', '{"arrayValue":{"values":[{},{"intValue":"1"}]}}'],
    ['null as a member', '{"stringValue":null}', '{}'],
  ])('%s', (_, value, back = value) => {
    expect(roundTrip(`"attributes":[{"key":"k","value":${value}}]`)).toEqual({
      attributes: [{ key: 'k', value: JSON.parse(back) }],
    });
  });
});
