import { describe, expect, test } from 'vitest';
import { createKeyTable } from '../../src/otlp/key-table.ts';
import { stepSpans } from '../../src/otlp/limits.ts';
import { rewriteTraces, rewriteTracesInSteps } from '../../src/otlp/rewrite-traces.ts';
import type { AttributeValue, NewAttribute, SpanView } from '../../src/otlp/span-view.ts';
import { decodeWithOracle, encodeWithOracle } from './proto.ts';
import { readRawFields } from './support/raw-fields.ts';
import { attribute, field, requestOfSpan, tag, varint } from './support/wire-form.ts';

const keys = createKeyTable(['model', 'tokens', 'service.name']);
const model = keys.idOf('model')!;
const tokens = keys.idOf('tokens')!;
const serviceName = keys.idOf('service.name')!;
const options = { keys, ownedPrefix: 'costspan.cost.' };
const message = 'ExportTraceServiceRequest';

function rewrite(body: Uint8Array, onSpan: (span: SpanView) => readonly NewAttribute[] | undefined): Buffer {
  const result = rewriteTraces(body, options, onSpan);
  if (result.kind === 'invalid') throw new Error(`${result.where}: ${result.problem}`);
  return result.body as Buffer;
}

/** What `read` finds on the spans of a request. */
function see<Found>(body: Uint8Array, read: (span: SpanView) => Found): Found[] {
  const found: Found[] = [];
  rewrite(body, (span) => {
    found.push(read(span));
    return undefined;
  });
  return found;
}

/** Attributes of the one span of a request, as [key, AnyValue] of the oracle. */
function attributesOf(body: Uint8Array): Array<[string, unknown]> {
  const decoded = decodeWithOracle(message, body) as {
    resourceSpans: [{ scopeSpans: [{ spans: [{ attributes?: Array<{ key: string; value: unknown }> }] }] }];
  };
  return (decoded.resourceSpans[0].scopeSpans[0].spans[0].attributes ?? []).map(({ key, value }) => [key, value]);
}

describe('requests', () => {
  test('OTLP-21: an empty request is one without spans and comes back itself', () => {
    const body = Buffer.alloc(0);
    const result = rewriteTraces(body, options, () => [['a', 'b']]);
    expect(result).toEqual({ kind: 'ok', body, spanCount: 0, changedSpanCount: 0, invalidUtf8Count: 0 });
  });

  test('OTLP-22: empty envelopes pass', () => {
    const body = Buffer.concat([field(1), field(1, field(2)), field(1, field(1), field(2, field(1)))]);
    expect(rewrite(body, () => [['a', 'b']])).toBe(body);
  });

  test('spans come in request order, over resources and scopes', () => {
    const named = (name: string): Buffer => field(2, field(5, name));
    const body = Buffer.concat([
      field(1, field(2, named('1'), named('2')), field(2, named('3'))),
      field(1, field(2, named('4')), field(1, field(1, field(1, 'service.name'), field(2, field(1, 's'))))),
    ]);
    expect(see(body, (span) => [span.name, span.resource(serviceName)])).toEqual([
      ['1', undefined],
      ['2', undefined],
      ['3', undefined],
      ['4', 's'],
    ]);
  });

  test('a rewrite in steps pauses after so many spans, however they are grouped', () => {
    const spans = (count: number): Buffer[] => Array.from({ length: count }, () => field(2, field(5, 'span')));
    const body = Buffer.concat([
      field(1, field(2, ...spans(stepSpans + 1))),
      ...Array.from({ length: stepSpans }, () => field(1, field(2, ...spans(1)))),
    ]);
    const seen: number[] = [];
    let count = 0;
    const steps = rewriteTracesInSteps(body, options, () => {
      count += 1;
      return undefined;
    });
    for (let step = steps.next(); ; step = steps.next()) {
      seen.push(count);
      if (step.done !== true) continue;
      expect(step.value).toEqual(rewriteTraces(body, options, () => undefined));
      break;
    }
    expect(seen).toEqual([stepSpans, 2 * stepSpans, 2 * stepSpans + 1]);
  });

  test('any kind of byte array will do, wherever its memory starts', () => {
    const body = requestOfSpan(attribute('model', 'gpt-5'), attribute('tokens', Buffer.concat([tag(3, 0), varint(1_000)])));
    for (let offset = 0; offset < 9; offset += 1) {
      const memory = new Uint8Array(body.length + offset + 3);
      memory.set(body, offset);
      const view = memory.subarray(offset, offset + body.length);
      expect(see(view, (span) => [span.get(model), span.get(tokens)])).toEqual([['gpt-5', 1_000]]);
    }
  });

  test('what the callback throws is thrown on, and the next request is served', () => {
    const body = requestOfSpan(field(5, 'name'));
    const fault = new TypeError('a fault of a stage');
    const fail = (): undefined => {
      throw fault;
    };
    expect(() => rewriteTraces(body, options, fail)).toThrow(fault);
    expect(see(body, (span) => span.name)).toEqual(['name']);
  });

  test('a rewrite inside a callback disturbs nothing', () => {
    const outer = requestOfSpan(field(5, 'outer'), attribute('model', 'gpt-5'));
    const inner = requestOfSpan(field(5, 'inner'), attribute('model', 'claude'));
    const found = see(outer, (span) => [...see(inner, (nested) => [nested.name, nested.get(model)]), span.name, span.get(model)]);
    expect(found).toEqual([[['inner', 'claude'], 'outer', 'gpt-5']]);
  });

  test('memory for the output comes from the caller, who may reuse it', () => {
    const memory = Buffer.alloc(1_000);
    const body = requestOfSpan(field(5, 'name'));
    const result = rewriteTraces(body, { ...options, allocate: (count) => memory.subarray(0, count) }, () => [['a', 'b']]);
    expect(result.kind === 'ok' && (result.body as Buffer).buffer).toBe(memory.buffer);
    expect(result.kind === 'ok' && attributesOf(result.body)).toEqual([['a', { stringValue: 'b' }]]);
  });
});

describe('views', () => {
  test('fields a span does not have are empty, also when the span before had them', () => {
    const full = {
      traceId: Buffer.alloc(16, 1),
      spanId: Buffer.alloc(8, 2),
      parentSpanId: Buffer.alloc(8, 3),
      name: 'n',
      kind: 3,
      startTimeUnixNano: '1',
      endTimeUnixNano: '2',
      status: { code: 2 },
      attributes: [{ key: 'model', value: { stringValue: 'm' } }],
    };
    const body = encodeWithOracle(message, {
      resourceSpans: [{ scopeSpans: [{ scope: { name: 's', version: 'v' }, spans: [full, {}] }, { spans: [{}] }] }],
    });
    const empty = ['', '', '', '', 0, 0n, 0n, 0, undefined];
    const found = see(body, (span) => [
      ...[span.traceId, span.spanId, span.parentSpanId, span.name, span.kind, span.startUnixNs, span.endUnixNs, span.statusCode],
      ...[span.get(model), span.scopeName, span.scopeVersion],
    ]);
    expect(found).toEqual([
      ['01'.repeat(16), '02'.repeat(8), '03'.repeat(8), 'n', 3, 1n, 2n, 2, 'm', 's', 'v'],
      [...empty, 's', 'v'],
      [...empty, '', ''],
    ]);
  });

  test('an id of zeros is no id', () => {
    const body = requestOfSpan(field(1, Buffer.alloc(16)), field(2, Buffer.alloc(8)), field(4, Buffer.alloc(8)));
    expect(see(body, (span) => [span.traceId, span.spanId, span.parentSpanId])).toEqual([['', '', '']]);
  });

  test('OTLP-58: nanoseconds keep every digit', () => {
    const body = encodeWithOracle(message, {
      resourceSpans: [
        { scopeSpans: [{ spans: [{ startTimeUnixNano: '1767225600123456789', endTimeUnixNano: '18446744073709551615' }] }] },
      ],
    });
    expect(see(body, (span) => [span.startUnixNs, span.endUnixNs])).toEqual([[1767225600123456789n, 18446744073709551615n]]);
    const fields = readRawFields(rewrite(body, () => [['a', 1n]]));
    expect(fields[0]!.content.includes(Buffer.from('15cd55f551728618', 'hex'))).toBe(true);
  });

  test.each<[string, Record<string, unknown>, AttributeValue | undefined]>([
    ['an empty value as nothing', {}, undefined],
    ['an empty text', { stringValue: '' }, ''],
    ['a text', { stringValue: 'gpt-5' }, 'gpt-5'],
    ['a long text', { stringValue: 'é'.repeat(500) }, 'é'.repeat(500)],
    ['false', { boolValue: false }, false],
    ['true', { boolValue: true }, true],
    ['zero', { intValue: '0' }, 0],
    ['an int of one byte', { intValue: '127' }, 127],
    ['an int of two bytes', { intValue: '128' }, 128],
    ['an int of four bytes', { intValue: '268435455' }, 268_435_455],
    ['an int of five bytes', { intValue: '268435456' }, 268_435_456],
    ['the largest safe int', { intValue: '9007199254740991' }, 9_007_199_254_740_991],
    ['an int beyond', { intValue: '9007199254740992' }, 9_007_199_254_740_992n],
    ['the largest int', { intValue: '9223372036854775807' }, 9_223_372_036_854_775_807n],
    ['a negative int', { intValue: '-1' }, -1],
    ['the smallest int', { intValue: '-9223372036854775808' }, -9_223_372_036_854_775_808n],
    ['a double', { doubleValue: 0.1 }, 0.1],
    ['NaN', { doubleValue: Number.NaN }, Number.NaN],
    ['bytes', { bytesValue: 'AAH/' }, new Uint8Array([0, 1, 255])],
    ['a list', { arrayValue: { values: [{ intValue: '1' }, { stringValue: 'b' }] } }, [1, 'b']],
    ['a list of one text', { arrayValue: { values: [{ stringValue: 'stop' }] } }, ['stop']],
    ['a list of one empty text', { arrayValue: { values: [{ stringValue: '' }] } }, ['']],
    ['a list without its empty values', { arrayValue: { values: [{}, { boolValue: false }] } }, [false]],
    ['an empty list', { arrayValue: {} }, []],
    ['a map', { kvlistValue: { values: [{ key: 'a', value: { intValue: '1' } }] } }, { a: 1 }],
    ['an empty map', { kvlistValue: {} }, {}],
  ])('read %s', (_, value, expected) => {
    const body = requestOfSpan(encodeWithOracle('Span', { attributes: [{ key: 'model', value }] }), attribute('other', 'o'));
    expect(see(body, (span) => span.get(model))).toEqual([expected]);
  });

  test('a map with a key that names the prototype is plain data', () => {
    const value = { kvlistValue: { values: [{ key: '__proto__', value: { stringValue: 'p' } }] } };
    const body = requestOfSpan(encodeWithOracle('Span', { attributes: [{ key: 'model', value }] }));
    const [found] = see(body, (span) => span.get(model));
    expect(Object.getPrototypeOf(found)).toBe(Object.prototype);
    expect(Object.entries(found as object)).toEqual([['__proto__', 'p']]);
  });

  test('of a key given twice the last one counts; under a prefix both are shown', () => {
    const body = requestOfSpan(attribute('model', 'first'), attribute('tokens', 't'), attribute('model', 'last'));
    expect(see(body, (span) => [span.get(model), span.withPrefix('mo'), span.withPrefix('')])).toEqual([
      [
        'last',
        [
          ['model', 'first'],
          ['model', 'last'],
        ],
        [
          ['model', 'first'],
          ['tokens', 't'],
          ['model', 'last'],
        ],
      ],
    ]);
  });

  test('texts that look alike are told apart', () => {
    const names = ['abcd-1-wxyz', 'abcd-2-wxyz', 'abcd-1-wxyz', 'abcd-1-wxy', 'abc', 'abd', 'x'.repeat(48), 'x'.repeat(49), ''];
    const body = field(1, field(2, ...names.map((name) => field(2, field(5, name)))));
    expect(see(body, (span) => span.name)).toEqual(names);
  });

  test('keys that look alike are told apart', () => {
    const names = Array.from({ length: 300 }, (_, index) => `gen_ai.${String(index).padStart(3, '0')}.tokens`);
    const table = createKeyTable(names);
    const body = requestOfSpan(...names.map((name) => attribute(name, name)));
    rewriteTraces(body, { keys: table, ownedPrefix: '' }, (span) => {
      expect(names.map((name) => span.get(table.idOf(name)!))).toEqual(names);
      return undefined;
    });
  });
});

describe('new attributes', () => {
  const spanOf = (...attributes: ReadonlyArray<[string, string]>): Buffer =>
    requestOfSpan(...attributes.map(([key, value]) => attribute(key, value)));

  test('are appended, each in its type', () => {
    const added: NewAttribute[] = [
      ['text', 'é'],
      ['long', 'x'.repeat(300)],
      ['double', 2],
      ['int', 2n],
      ['negative', -1n],
      ['large', 9_007_199_254_740_993n],
      ['smallest', -(2n ** 63n)],
      ['yes', true],
      ['no', false],
      ['empty', ''],
    ];
    expect(attributesOf(rewrite(spanOf(['a', '1']), () => added))).toEqual([
      ['a', { stringValue: '1' }],
      ['text', { stringValue: 'é' }],
      ['long', { stringValue: 'x'.repeat(300) }],
      ['double', { doubleValue: 2 }],
      ['int', { intValue: '2' }],
      ['negative', { intValue: '-1' }],
      ['large', { intValue: '9007199254740993' }],
      ['smallest', { intValue: '-9223372036854775808' }],
      ['yes', { boolValue: true }],
      ['no', { boolValue: false }],
      ['empty', { stringValue: '' }],
    ]);
  });

  test('OTLP-61: what a sender wrote under the owned prefix goes, from every span', () => {
    const body = spanOf(['costspan.cost.amount', '0'], ['a', '1'], ['costspan.cost.x', '2'], ['costspan.costs', '3']);
    const result = rewriteTraces(body, options, () => undefined);
    expect(result).toMatchObject({ kind: 'ok', changedSpanCount: 1 });
    expect(result.kind === 'ok' && attributesOf(result.body)).toEqual([
      ['a', { stringValue: '1' }],
      ['costspan.costs', { stringValue: '3' }],
    ]);
  });

  test.each<[string, Buffer]>([
    ['value before key', field(9, field(2, field(1, 'x')), field(1, 'costspan.cost.amount'))],
    ['a key that overrides another', field(9, field(1, 'a'), field(1, 'costspan.cost.amount'), field(2, field(1, 'x')))],
    ['no value', field(9, field(1, 'costspan.cost.amount'))],
    ['a long tag', Buffer.concat([varint(9 * 8 + 2, 3), field(9, field(1, 'costspan.cost.amount')).subarray(1)])],
    ['a long length', Buffer.concat([tag(9, 2), varint(22, 4), field(1, 'costspan.cost.amount')])],
    ['unknown fields around', field(9, field(99, 'u'), field(1, 'costspan.cost.amount'), field(98, 'u'))],
    ['more than 127 bytes', attribute('costspan.cost.amount', 'x'.repeat(200))],
    ['an array', attribute('costspan.cost.amount', field(5, field(1, field(1, 'x'))))],
  ])('OTLP-61: an owned attribute goes however it is spelled: %s', (_, spelled) => {
    const body = requestOfSpan(attribute('a', '1'), spelled, field(5, 'name'), attribute('b', '2'));
    expect(attributesOf(rewrite(body, () => undefined))).toEqual([
      ['a', { stringValue: '1' }],
      ['b', { stringValue: '2' }],
    ]);
  });

  test('OTLP-61: a key the span has is replaced where it stands, its repetitions go', () => {
    const body = spanOf(['k', 'old'], ['a', '1'], ['k', 'older'], ['costspan.cost.exact', '9']);
    const added: NewAttribute[] = [
      ['costspan.cost.exact', '0.5'],
      ['new', true],
      ['k', 'ours'],
    ];
    expect(attributesOf(rewrite(body, () => added))).toEqual([
      ['k', { stringValue: 'ours' }],
      ['a', { stringValue: '1' }],
      ['costspan.cost.exact', { stringValue: '0.5' }],
      ['new', { boolValue: true }],
    ]);
  });

  test('a key wanted twice is written once, with the last value', () => {
    const added: NewAttribute[] = [
      ['k', 'first'],
      ['l', 'l'],
      ['k', 'last'],
    ];
    expect(attributesOf(rewrite(spanOf(), () => added))).toEqual([
      ['k', { stringValue: 'last' }],
      ['l', { stringValue: 'l' }],
    ]);
  });

  test('a value that comes again span after span is written the same on each', () => {
    const spanCount = 20;
    const body = field(1, field(2, ...Array.from({ length: spanCount }, () => field(2, field(5, 'n')))));
    let index = 0;
    const rewritten = rewrite(body, () => {
      index += 1;
      const extra: NewAttribute[] = index % 3 === 0 ? [['sometimes', 'here']] : [];
      return [
        ['currency', 'USD'],
        ['index', BigInt(index)],
        ...extra,
        ['status', index % 4 === 0 ? 'estimated' : 'priced'],
        ['book', 'b'],
      ];
    });
    const decoded = decodeWithOracle(message, rewritten) as {
      resourceSpans: [{ scopeSpans: [{ spans: Array<{ attributes: Array<{ key: string; value: Record<string, string> }> }> }] }];
    };
    const found = decoded.resourceSpans[0].scopeSpans[0].spans.map(({ attributes }) =>
      attributes.map(({ key, value }) => `${key}=${Object.values(value)[0]}`).join(' '),
    );
    const expected = Array.from({ length: spanCount }, (_, at) => {
      const extra = (at + 1) % 3 === 0 ? ' sometimes=here' : '';
      return `currency=USD index=${at + 1}${extra} status=${(at + 1) % 4 === 0 ? 'estimated' : 'priced'} book=b`;
    });
    expect(found).toEqual(expected);
  });

  test('lengths that need one byte more are rewritten all the way up', () => {
    for (let size = 60; size < 140; size += 1) {
      const body = requestOfSpan(field(5, 'n'.repeat(size)));
      expect(attributesOf(rewrite(body, () => [['k', 'v']]))).toEqual([['k', { stringValue: 'v' }]]);
    }
  });

  test('an int that does not fit 64 bits is our fault, not the sender’s', () => {
    expect(() => rewrite(spanOf(), () => [['k', 2n ** 63n]])).toThrow('expected an int64, found 9223372036854775808');
  });
});

describe('what other codecs get wrong', () => {
  const withUnknown = requestOfSpan(
    field(5, 'name'),
    Buffer.concat([tag(999, 0), varint(7)]),
    field(1_000, 'unknown bytes'),
    Buffer.concat([tag(1_001, 3), tag(1, 0), varint(1), tag(1_001, 4)]),
    Buffer.concat([tag(1_002, 1), Buffer.alloc(8, 9)]),
    Buffer.concat([tag(1_003, 5), Buffer.alloc(4, 9)]),
  );

  test('OTLP-51: unknown fields stay, byte for byte', () => {
    const rewritten = rewrite(withUnknown, () => [['k', 'v']]);
    const spanFields = (body: Buffer): string[] =>
      readRawFields(readRawFields(readRawFields(readRawFields(body)[0]!.content)[0]!.content)[0]!.content).map(({ raw }) => raw);
    expect(spanFields(rewritten)).toEqual([...spanFields(withUnknown), attribute('k', 'v').toString('hex')]);
  });

  test('OTLP-60: bytes that are not UTF-8 pass as they came and are counted', () => {
    const broken = Buffer.from([0x67, 0xff, 0x70]);
    const body = requestOfSpan(
      field(5, broken),
      attribute('model', field(1, broken)),
      attribute(broken, 'ok'),
      attribute('list', field(5, field(1, field(1, broken)))),
      field(11, field(2, broken)),
      attribute('fine', 'größer'),
      attribute('long', field(1, Buffer.concat([Buffer.alloc(600, 0x61), broken]))),
    );
    const result = rewriteTraces(body, options, (span) => {
      expect([span.name, span.get(model)]).toEqual(['g\ufffdp', 'g\ufffdp']);
      return [['k', 'v']];
    });
    expect(result).toMatchObject({ kind: 'ok', invalidUtf8Count: 6 });
    const content = (bytes: Uint8Array): Buffer =>
      readRawFields(readRawFields(readRawFields(bytes)[0]!.content)[0]!.content)[0]!.content;
    expect(result.kind === 'ok' && content(result.body)).toEqual(Buffer.concat([content(body), attribute('k', 'v')]));
  });

  test('OTLP-60: a text whose last byte is cut off is counted', () => {
    const body = requestOfSpan(attribute('model', field(1, Buffer.from('größer').subarray(0, 3))));
    expect(rewriteTraces(body, options, () => undefined)).toMatchObject({ kind: 'ok', invalidUtf8Count: 1 });
  });
});
