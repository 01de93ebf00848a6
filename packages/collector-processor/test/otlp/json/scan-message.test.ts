import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { scanMessage } from '../../../src/otlp/json/scan-message.ts';
import { parseAndEncode, protobufToJson } from '../../../src/otlp/json.ts';
import { requestMessages } from '../../../src/otlp/messages/signals.ts';
import { encodeWithOracle } from '../proto.ts';
import { signalRequests } from '../support/arbitrary-signals.ts';
import { mutate } from '../support/mutate.ts';
import { createRandom } from '../support/random.ts';

const fuzzSeed = Number(process.env['COSTSPAN_FUZZ_SEED'] ?? 20_261_122);
const payloadsMax = Number(process.env['COSTSPAN_FUZZ_PAYLOADS'] ?? 20_000);

type Signal = (typeof signalRequests)[number][0];

function jsonOf(signal: Signal, body: Uint8Array): Buffer {
  const written = protobufToJson(signal, body);
  if (written.kind === 'invalid') throw new Error(written.problem);
  return Buffer.from(written.text);
}

/** What the parser makes of it; undefined where it refuses. */
function parsed(signal: Signal, json: Uint8Array): string | undefined {
  const read = parseAndEncode(signal, json);
  return read.kind === 'ok' ? Buffer.from(read.body).toString('hex') : undefined;
}

function scanned(signal: Signal, json: Uint8Array): string | undefined {
  return scanMessage(requestMessages[signal], json)?.toString('hex');
}

describe.each(signalRequests)('%s', (signal, message, request) => {
  test('what the scan reads it writes as the parser does, and it reads nearly everything', () => {
    let left = 0;
    fc.assert(
      fc.property(request, (value) => {
        const json = jsonOf(signal, encodeWithOracle(message, value));
        const found = scanned(signal, json);
        if (found === undefined) left += 1;
        else expect(found).toBe(parsed(signal, json));
        const spaced = Buffer.from(JSON.stringify(JSON.parse(json.toString()), undefined, '\t'));
        const foundSpaced = scanned(signal, spaced);
        if (foundSpaced !== undefined) expect(foundSpaced).toBe(parsed(signal, spaced));
      }),
      { numRuns: 300 },
    );
    // Bytes in base64, NaN and other rare values are left to the parser.
    expect(left).toBeLessThan(250);
  });

  test(`OTLP-64 of ${payloadsMax / 4} mutated texts it accepts none that the parser refuses, and reads none otherwise`, () => {
    const random = createRandom(fuzzSeed);
    const texts = fc
      .sample(request, { numRuns: 100, seed: fuzzSeed })
      .map((value) => jsonOf(signal, encodeWithOracle(message, value)));
    let accepted = 0;
    for (let round = 0; round < payloadsMax / 4; round += 1) {
      const json = mutate(texts[round % texts.length] ?? Buffer.alloc(0), random);
      const found = scanned(signal, json);
      if (found === undefined) continue;
      accepted += 1;
      expect(found, json.toString('latin1')).toBe(parsed(signal, json));
    }
    expect(accepted).toBeGreaterThan(payloadsMax / 200);
  }, 3_600_000);
});

/** A span with these members. */
function spanJson(members: string): Buffer {
  return Buffer.from(`{"resourceSpans":[{"scopeSpans":[{"spans":[{${members}}]}]}]}`);
}

describe('what it reads by itself', () => {
  test.each([
    ['plain attributes', '"attributes":[{"key":"a","value":{"stringValue":"b"}},{"key":"n","value":{"intValue":"12"}}]'],
    ['an integer as a number', '"attributes":[{"key":"n","value":{"intValue":12}}]'],
    ['an integer of 19 digits', '"attributes":[{"key":"n","value":{"intValue":"9223372036854775807"}}]'],
    ['the least integer', '"attributes":[{"key":"n","value":{"intValue":"-9223372036854775808"}}]'],
    ['minus one', '"attributes":[{"key":"n","value":{"intValue":-1}}]'],
    ['a number beyond 2^53', '"attributes":[{"key":"n","value":{"intValue":9007199254740993}}]'],
    ['zeros in front, in a string', '"attributes":[{"key":"n","value":{"intValue":"007"}}]'],
    ['escapes', '"name":"a\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\u20ac\\ud83d\\ude00z"'],
    ['a long escaped text', `"name":"${'tell me\\n'.repeat(400)}"`],
    ['letters of any script', '"name":"Prüfung 失敗 😀"'],
    ['white space', ' "name" :\r\n"x"\t,"kind" : 3 '],
    ['an empty text and an empty value', '"attributes":[{"key":"","value":{"stringValue":""}},{"key":"e","value":{}}]'],
    [
      'nested values',
      '"attributes":[{"key":"l","value":{"arrayValue":{"values":[{"kvlistValue":{"values":[{"key":"k","value":{"boolValue":false}}]}},null]}}}]',
    ],
    [
      'doubles',
      '"attributes":[{"key":"d","value":{"doubleValue":0.1}},{"key":"d","value":{"doubleValue":-1.5e-7}},{"key":"d","value":{"doubleValue":123456789.123456789012}},{"key":"d","value":{"doubleValue":-0.0}},{"key":"d","value":{"doubleValue":3}}]',
    ],
    ['names of enums', '"kind":"SPAN_KIND_CLIENT","status":{"code":"STATUS_CODE_ERROR"}'],
    [
      'names as in the .proto files',
      '"trace_id":"5b8efff798038103d269b633813fc60c","start_time_unix_nano":"1767225600123456789"',
    ],
    ['upper-case ids', '"traceId":"5B8EFFF798038103D269B633813FC60C","spanId":"EEE19B7EC3C1B174","parentSpanId":""'],
    ['unknown members', '"later":{"a":[1,-2.5e3,true,false,null,"x",{}],"b":{"c":[]}},"name":"n"'],
    ['null', '"name":null,"attributes":null,"status":null,"events":[null]'],
    ['defaults', '"name":"","kind":0,"startTimeUnixNano":"0","flags":0,"droppedAttributesCount":0,"traceId":""'],
    ['32-bit bounds', '"flags":4294967295,"droppedAttributesCount":4294967295,"kind":2147483647'],
  ])('%s', (_, members) => {
    const json = spanJson(members);
    expect(scanned('traces', json)).toBeDefined();
    expect(scanned('traces', json)).toBe(parsed('traces', json));
  });
});

describe('what it leaves to the parser', () => {
  test.each([
    ['a member that stands twice', '"name":"a","name":"b"'],
    ['an escaped name', '"n\\u0061me":"a"'],
    ['half of a pair', '"name":"\\ud83d"'],
    ['a named double', '"attributes":[{"key":"d","value":{"doubleValue":"NaN"}}]'],
    ['bytes', '"attributes":[{"key":"d","value":{"bytesValue":"AQI="}}]'],
    ['an integer with an exponent', '"kind":3e0'],
    ['more than 64 bits', '"startTimeUnixNano":"18446744073709551616"'],
    ['more than int64', '"attributes":[{"key":"n","value":{"intValue":"9223372036854775808"}}]'],
    ['a negative fixed64', '"startTimeUnixNano":"-1"'],
    ['an unknown name of an enum', '"kind":"SPAN_KIND_LATER"'],
    ['zeros in front of a number', '"kind":03'],
    ['a number without digits', '"attributes":[{"key":"d","value":{"doubleValue":1.}}]'],
    ['an id of another length', '"traceId":"5b8eff"'],
    ['an id that is no hex', '"spanId":"zze19b7ec3c1b174"'],
    ['a control character', '"name":"a\nb"'],
    ['a comma too many', '"name":"a",'],
    ['a comma too few', '"name":"a" "kind":3'],
    ['a text for a list', '"attributes":"a"'],
    ['a wrong word', '"attributes":[{"key":"b","value":{"boolValue":trux}}]'],
    ['a bad escape', '"name":"\\x"'],
    ['half an escape', '"name":"\\u12"'],
  ])('%s', (_, members) => {
    expect(scanned('traces', spanJson(members))).toBeUndefined();
  });

  test.each([
    ['a byte order mark', Buffer.from('\ufeff{}')],
    ['bytes that are not UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
    ['something after the end', Buffer.from('{}{}')],
    ['nothing', Buffer.alloc(0)],
    ['no object', Buffer.from('[]')],
    ['an object that does not end', Buffer.from('{"resourceSpans":[')],
    ['values nested beyond any reader', Buffer.from(`{"x":${'['.repeat(10_000)}${']'.repeat(10_000)}}`)],
  ])('%s', (_, json) => {
    expect(scanned('traces', json)).toBeUndefined();
  });
});
