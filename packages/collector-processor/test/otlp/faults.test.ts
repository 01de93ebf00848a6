import { describe, expect, test } from 'vitest';
import { createKeyTable } from '../../src/otlp/key-table.ts';
import { attributesPerOwnerMax, messageDepthMax } from '../../src/otlp/limits.ts';
import { rewriteTraces } from '../../src/otlp/rewrite-traces.ts';
import { validateRequest } from '../../src/otlp/validate-request.ts';
import { attribute, field, requestOfSpan, tag, varint } from './support/wire-form.ts';

const options = { keys: createKeyTable(['model']), ownedPrefix: 'costspan.cost.' };
const inSpan = 'resourceSpans[0].scopeSpans[0].spans[0]';

/** A message in which lists are nested: each level of nesting is an AnyValue and an ArrayValue. */
function nest(levels: number): Buffer {
  let value = field(1, 'x');
  for (let level = 0; level < levels; level += 1) value = field(5, field(1, value));
  return value;
}

function nestGroups(levels: number): Buffer {
  const repeat = (bytes: Buffer): Buffer => Buffer.alloc(bytes.length * levels, bytes);
  return Buffer.concat([repeat(tag(99, 3)), repeat(tag(99, 4))]);
}

/** A request of one span whose bytes end `cut` bytes early, the lengths around it still promising them. */
function cutOff(span: Buffer, cut: number): Buffer {
  const whole = requestOfSpan(span);
  return whole.subarray(0, whole.length - cut);
}

const lengthOf = (size: number, missing: number): Buffer =>
  Buffer.concat([tag(1, 2), varint(size + missing), Buffer.alloc(size)]);

// Request, where the fault is, what it is.
const faults: ReadonlyArray<readonly [name: string, body: Buffer, where: string, problem: string]> = [
  ['a length past the end', lengthOf(3, 4), 'resourceSpans[0]', 'length 7 is more than the 3 bytes left'],
  [
    'a length of 2^32',
    Buffer.concat([tag(1, 2), varint(2 ** 32)]),
    'resourceSpans[0]',
    'length 4294967296 is more than the 0 bytes left',
  ],
  [
    'a length of 2^63',
    Buffer.concat([tag(1, 2), Buffer.from('ffffffffffffffff7f', 'hex')]),
    'resourceSpans[0]',
    'length 9223372036854776000 is more than the 0 bytes left',
  ],
  ['a length that is missing', requestOfSpan(tag(5, 2)), `${inSpan}.name`, 'ends where a length should be'],
  [
    'a length cut in two',
    requestOfSpan(Buffer.concat([tag(5, 2), Buffer.from([0x80])])),
    `${inSpan}.name`,
    'ends inside a varint',
  ],
  ['a tag cut in two', requestOfSpan(field(5, 'n'), Buffer.from([0x80])), `${inSpan}`, 'ends inside a varint'],
  ['field number 0', requestOfSpan(Buffer.from([0x02, 0x00])), inSpan, 'field number 0'],
  ['a field number over 2^29', requestOfSpan(varint(2 ** 32 + 2)), inSpan, 'field number over 536870911'],
  ['wire type 6', requestOfSpan(tag(99, 6)), `${inSpan}.field 99`, 'wire type 6 does not exist'],
  ['wire type 7', requestOfSpan(tag(99, 7)), `${inSpan}.field 99`, 'wire type 7 does not exist'],
  [
    'a varint of 11 bytes',
    requestOfSpan(tag(6, 0), Buffer.concat([Buffer.alloc(10, 0x80), Buffer.from([1])])),
    `${inSpan}.kind`,
    'varint longer than 10 bytes',
  ],
  [
    'a varint over 64 bits',
    requestOfSpan(tag(6, 0), Buffer.concat([Buffer.alloc(9, 0x80), Buffer.from([2])])),
    `${inSpan}.kind`,
    'varint over 64 bits',
  ],
  ['a varint without end', requestOfSpan(tag(6, 0), Buffer.alloc(3, 0xff)), `${inSpan}.kind`, 'ends inside a varint'],
  ['a fixed64 cut short', requestOfSpan(tag(7, 1), Buffer.alloc(7)), `${inSpan}.startTimeUnixNano`, 'needs 8 bytes, 7 are left'],
  ['a fixed32 cut short', requestOfSpan(tag(16, 5), Buffer.alloc(3)), `${inSpan}.flags`, 'needs 4 bytes, 3 are left'],
  [
    'a trace id of 15 bytes',
    requestOfSpan(field(1, Buffer.alloc(15))),
    `${inSpan}.traceId`,
    'expected an id of 16 bytes, found 15',
  ],
  ['a span id of 16 bytes', requestOfSpan(field(2, Buffer.alloc(16))), `${inSpan}.spanId`, 'expected an id of 8 bytes, found 16'],
  ['a parent of 1 byte', requestOfSpan(field(4, 'x')), `${inSpan}.parentSpanId`, 'expected an id of 8 bytes, found 1'],
  [
    'a linked id of 9 bytes',
    requestOfSpan(field(13), field(13, field(2, Buffer.alloc(9)))),
    `${inSpan}.links[1].spanId`,
    'expected an id of 8 bytes, found 9',
  ],
  ['a name that is a number', requestOfSpan(tag(5, 0), varint(1)), `${inSpan}.name`, 'expected wire type 2, found 0'],
  [
    'a time that is a varint',
    requestOfSpan(tag(7, 0), varint(1)),
    `${inSpan}.startTimeUnixNano`,
    'expected wire type 1, found 0',
  ],
  [
    'a span that is a number',
    field(1, field(2, tag(2, 0), varint(1))),
    'resourceSpans[0].scopeSpans[0].spans[0]',
    'expected wire type 2, found 0',
  ],
  ['a resource that is a number', field(1, tag(1, 0), varint(1)), 'resourceSpans[0].resource', 'expected wire type 2, found 0'],
  [
    'a key that is a number',
    requestOfSpan(field(9, tag(1, 0), varint(1))),
    `${inSpan}.attributes[0].key`,
    'expected wire type 2, found 0',
  ],
  [
    'a value that is a number',
    requestOfSpan(attribute('a', 'b'), field(9, tag(2, 0), varint(1))),
    `${inSpan}.attributes[1].value`,
    'expected wire type 2, found 0',
  ],
  [
    'an int that is a text',
    requestOfSpan(attribute('a', field(3, 'b'))),
    `${inSpan}.attributes[0].value.intValue`,
    'expected wire type 0, found 2',
  ],
  [
    'a double cut short',
    requestOfSpan(attribute('a', Buffer.concat([tag(4, 1), Buffer.alloc(7)]))),
    `${inSpan}.attributes[0].value.doubleValue`,
    'needs 8 bytes, 7 are left',
  ],
  [
    'a text past its value',
    requestOfSpan(attribute('a', Buffer.concat([tag(1, 2), varint(5), Buffer.alloc(4)]))),
    `${inSpan}.attributes[0].value.stringValue`,
    'length 5 is more than the 4 bytes left',
  ],
  [
    'a bad list in a list',
    requestOfSpan(attribute('a', field(5, field(1, field(1, 'x')), field(1, tag(5, 2))))),
    `${inSpan}.attributes[0].value.arrayValue.values[1].arrayValue`,
    'ends where a length should be',
  ],
  [
    'a bad resource attribute',
    field(1, field(2, field(2)), field(1, field(1, tag(1, 1)))),
    'resourceSpans[0].resource.attributes[0].key',
    'expected wire type 2, found 1',
  ],
  [
    'a bad scope behind its spans',
    field(1, field(2, field(2), field(1, field(1, 'n'), tag(1, 2)))),
    'resourceSpans[0].scopeSpans[0].scope.name',
    'ends where a length should be',
  ],
  [
    'a bad event attribute',
    requestOfSpan(field(11, field(3, field(2, tag(1, 2))))),
    `${inSpan}.events[0].attributes[0].value.stringValue`,
    'ends where a length should be',
  ],
  ['a bad status', requestOfSpan(field(15, tag(3, 2))), `${inSpan}.status.code`, 'expected wire type 0, found 2'],
  ['a group that never ends', requestOfSpan(tag(99, 3)), `${inSpan}.field 99`, 'group 99 never ends'],
  ['a group that never began', requestOfSpan(field(5, 'n'), tag(99, 4)), `${inSpan}.field 99`, 'group 99 ends but never began'],
  ['a group closed by another', requestOfSpan(tag(99, 3), tag(98, 4)), `${inSpan}.field 99`, 'group 99 is closed as group 98'],
  ['a known field as a group', requestOfSpan(tag(5, 3), tag(5, 4)), `${inSpan}.name`, 'expected wire type 2, found 3'],
  ['a span cut off', cutOff(field(5, 'name'), 1), 'resourceSpans[0]', 'length 10 is more than the 9 bytes left'],
];

describe('a request that is not OTLP', () => {
  test.each(faults)('OTLP-27: is refused with where and why: %s', (_, body, where, problem) => {
    const rewritten = rewriteTraces(body, options, () => [['k', 'v']]);
    expect(rewritten).toMatchObject({ kind: 'invalid', where, problem });
    expect(validateRequest('traces', body)).toEqual(rewritten);
    expect(rewritten.kind === 'invalid' && rewritten.offset! >= 0 && rewritten.offset! < body.length).toBe(true);
  });

  test('is refused whatever it is', () => {
    for (const text of ['{"resourceSpans":[]}', 'GET / HTTP/1.1', '<html>', '\u0000', 'null']) {
      expect(rewriteTraces(Buffer.from(text), options, () => undefined).kind, text).toBe('invalid');
    }
  });

  test('never shows its content in what is said about it', () => {
    const secret = 'my-password-is-hunter2';
    const bodies = [
      requestOfSpan(field(1, secret)),
      requestOfSpan(attribute(secret, field(3, secret))),
      Buffer.concat([requestOfSpan(field(5, secret)), Buffer.from(secret)]),
    ];
    for (const body of bodies) {
      const result = rewriteTraces(body, options, () => undefined);
      expect(result.kind).toBe('invalid');
      expect(JSON.stringify(result)).not.toContain('hunter2');
    }
  });
});

describe('a span whose field reaches past its end', () => {
  const overruns: ReadonlyArray<readonly [name: string, span: Buffer, where: string]> = [
    ['trace id', Buffer.concat([tag(1, 2), varint(16), Buffer.alloc(15)]), 'traceId'],
    ['span id', Buffer.concat([tag(2, 2), varint(8), Buffer.alloc(7)]), 'spanId'],
    ['parent', Buffer.concat([tag(4, 2), varint(8), Buffer.alloc(7)]), 'parentSpanId'],
    ['trace state', Buffer.concat([tag(3, 2), varint(4), Buffer.from('abc')]), 'traceState'],
    ['name', Buffer.concat([tag(5, 2), varint(4), Buffer.from('abc')]), 'name'],
    ['kind', Buffer.concat([tag(6, 0), Buffer.from([0x80])]), 'kind'],
    ['start', Buffer.concat([tag(7, 1), Buffer.alloc(7)]), 'startTimeUnixNano'],
    ['end', Buffer.concat([tag(8, 1), Buffer.alloc(7)]), 'endTimeUnixNano'],
    ['attribute', attribute('model', 'gpt-5').subarray(0, -1), 'attributes[0]'],
    [
      'attribute behind another',
      Buffer.concat([attribute('a', 'b'), attribute('model', 'gpt-5').subarray(0, -4)]),
      'attributes[1]',
    ],
    ['status', Buffer.concat([tag(15, 2), varint(2), tag(3, 0)]), 'status'],
    ['flags', Buffer.concat([tag(16, 5), Buffer.alloc(3)]), 'flags'],
  ];

  test.each(overruns)('is refused though the request has more bytes: %s', (_, span, where) => {
    // What follows, unknown fields of the scope, would complete the field were it the span's.
    const body = field(1, field(2, field(2, span), Buffer.alloc(36, 'a')));
    const rewritten = rewriteTraces(body, options, () => undefined);
    expect(rewritten).toMatchObject({ kind: 'invalid', where: `${inSpan}.${where}` });
    expect(validateRequest('traces', body)).toEqual(rewritten);
  });
});

describe('the value of an attribute', () => {
  const varints: ReadonlyArray<readonly [name: string, hex: string, problem: string | undefined]> = [
    ['of ten bytes', 'ffffffffffffffffff01', undefined],
    ['over 64 bits', 'ffffffffffffffffff02', 'varint over 64 bits'],
    ['of eleven bytes', '8080808080808080808001', 'varint longer than 10 bytes'],
    ['without its last byte', '8080', 'ends inside a varint'],
  ];

  test.each(varints)('is judged as any varint: %s', (_, hex, problem) => {
    for (const number of [2, 3]) {
      const body = requestOfSpan(attribute('model', Buffer.concat([tag(number, 0), Buffer.from(hex, 'hex')])));
      const rewritten = rewriteTraces(body, options, () => undefined);
      expect(rewritten).toMatchObject(problem === undefined ? { kind: 'ok' } : { kind: 'invalid', problem });
    }
  });
});

describe('depth', () => {
  // Levels: request 0, group 1, group 2, span 3, attribute 4, value 5; each list adds two.
  const listsMax = (messageDepthMax - 5) >> 1;

  test.each([
    ['lists', (levels: number) => requestOfSpan(attribute('a', nest(levels))), listsMax, `${inSpan}.attributes[0].value`],
    [
      'lists in events',
      (levels: number) => requestOfSpan(field(11, field(3, field(2, nest(levels))))),
      (messageDepthMax - 6) >> 1,
      `${inSpan}.events[0].attributes[0].value`,
    ],
    ['groups in spans', (levels: number) => requestOfSpan(nestGroups(levels)), messageDepthMax - 3, `${inSpan}.field 99`],
    ['groups in requests', nestGroups, messageDepthMax, 'field 99'],
  ] as const)('%s are read down to the bound and refused below', (_, create, levelsMax, where) => {
    expect(rewriteTraces(create(levelsMax), options, () => undefined).kind).toBe('ok');
    const refused = rewriteTraces(create(levelsMax + 1), options, () => undefined);
    expect(refused).toMatchObject({ kind: 'invalid', problem: `nested deeper than ${messageDepthMax} levels` });
    expect(refused.kind === 'invalid' && refused.where.startsWith(where)).toBe(true);
  });

  test('a value at the bound can be read', () => {
    const body = requestOfSpan(attribute('model', nest(listsMax)));
    rewriteTraces(body, options, (span) => {
      expect(JSON.stringify(span.get(options.keys.idOf('model')!))).toBe(`${'['.repeat(listsMax)}"x"${']'.repeat(listsMax)}`);
      return undefined;
    });
  });

  test('a hundred thousand levels overflow no stack', () => {
    // Lengths would grow with every level, so the innermost promise is simply broken.
    const deep = Buffer.alloc(200_000, Buffer.from([0x2a, 0x7f]));
    expect(rewriteTraces(requestOfSpan(attribute('a', deep)), options, () => undefined).kind).toBe('invalid');
    expect(rewriteTraces(nestGroups(100_000), options, () => undefined).kind).toBe('invalid');
  });
});

describe('bounds', () => {
  test('a span takes as many attributes as the bound and not one more', () => {
    const attributes = (count: number): Buffer => requestOfSpan(Buffer.concat(Array<Buffer>(count).fill(field(9))));
    expect(rewriteTraces(attributes(attributesPerOwnerMax), options, () => undefined).kind).toBe('ok');
    expect(rewriteTraces(attributes(attributesPerOwnerMax + 1), options, () => undefined)).toMatchObject({
      kind: 'invalid',
      where: `${inSpan}.attributes[${attributesPerOwnerMax}]`,
      problem: `more than ${attributesPerOwnerMax} attributes`,
    });
  });

  test('many tiny spans cannot multiply a request without bound', () => {
    const body = field(1, field(2, Buffer.concat(Array<Buffer>(200_000).fill(field(2)))));
    const result = rewriteTraces(body, options, () => [['k', 'x'.repeat(1_000)]]);
    expect(result).toMatchObject({ kind: 'invalid', problem: 'would add more than 134217728 bytes to the request' });
    expect(rewriteTraces(body, options, () => undefined)).toMatchObject({ kind: 'ok', spanCount: 200_000 });
  });
});
