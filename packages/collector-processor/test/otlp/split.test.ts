import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Signal } from '../../src/otlp/codec.ts';
import { countItems } from '../../src/otlp/count-items.ts';
import { splitByBytes } from '../../src/otlp/split.ts';
import { validateRequest } from '../../src/otlp/validate-request.ts';
import { decodeWithOracle, encodeWithOracle } from './proto.ts';
import { signalRequests } from './support/arbitrary-signals.ts';
import type { Plain } from './support/arbitrary-traces.ts';
import { field, varint } from './support/wire-form.ts';

const memberNames: Readonly<Record<Signal, readonly [groups: string, scopes: string, items: string]>> = {
  traces: ['resourceSpans', 'scopeSpans', 'spans'],
  logs: ['resourceLogs', 'scopeLogs', 'logRecords'],
  metrics: ['resourceMetrics', 'scopeMetrics', 'metrics'],
};

function listOf(value: Plain, name: string): readonly Plain[] {
  return (value[name] ?? []) as readonly Plain[];
}

/** Every item with everything around it, as a request of its own. */
function itemsOf(signal: Signal, request: Plain): readonly Plain[] {
  const [groups, scopes, items] = memberNames[signal];
  return listOf(request, groups).flatMap((group) =>
    listOf(group, scopes).flatMap((scope) =>
      listOf(scope, items).map((item) => ({
        ...request,
        [groups]: [{ ...group, [scopes]: [{ ...scope, [items]: [item] }] }],
      })),
    ),
  );
}

function split(
  signal: Signal,
  body: Uint8Array,
  bytesMax: number,
): { readonly parts: readonly Uint8Array[]; readonly oversizeCount: number } {
  const result = splitByBytes(signal, body, bytesMax);
  if (result.kind === 'invalid') throw new Error(result.problem);
  return result;
}

describe.each(signalRequests)('%s', (signal, message, request) => {
  test('OTLP-18 every part fits, and together they hold every item that fits, once, in order, with all around it', () => {
    fc.assert(
      fc.property(request, fc.nat(400), (value, bytesMax) => {
        const body = encodeWithOracle(message, value);
        const { parts, oversizeCount } = split(signal, body, bytesMax);
        const fitting = itemsOf(signal, decodeWithOracle(message, body)).filter(
          (alone) => encodeWithOracle(message, alone).length <= bytesMax,
        );
        const wanted = body.length <= bytesMax ? itemsOf(signal, decodeWithOracle(message, body)) : fitting;
        expect(parts.flatMap((part) => itemsOf(signal, decodeWithOracle(message, part)))).toEqual(wanted);
        for (const part of parts) {
          expect(part.length).toBeLessThanOrEqual(bytesMax);
          expect(validateRequest(signal, part).kind).toBe('ok');
        }
        const sent = parts.reduce((sum, part) => sum + countItems(signal, part), 0);
        expect(sent + oversizeCount).toBe(countItems(signal, body));
      }),
      { numRuns: 300 },
    );
  });
});

describe('traces', () => {
  const span = (name: string): Plain => ({ name });
  const requestOf = (...names: readonly string[]): Buffer =>
    encodeWithOracle('ExportTraceServiceRequest', {
      resourceSpans: [{ schemaUrl: 'r', scopeSpans: [{ schemaUrl: 's', spans: names.map(span) }] }],
    });

  const namesIn = (part: Uint8Array): readonly string[] =>
    itemsOf('traces', decodeWithOracle('ExportTraceServiceRequest', part)).map(
      (alone) => /"name":"(\w+)"/.exec(JSON.stringify(alone))?.[1] ?? '',
    );

  test('a request that fits is itself', () => {
    const body = requestOf('a', 'b');
    expect(split('traces', body, body.length).parts[0]).toBe(body);
  });

  test('parts are as full as they get', () => {
    const [two, four] = [requestOf('a', 'b'), requestOf('a', 'b', 'c', 'd')];
    expect(split('traces', four, two.length).parts.map(namesIn)).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ]);
    expect(split('traces', four, two.length - 1).parts.length).toBe(4);
  });

  test('a span that is too large alone is left out and counted, its neighbours go', () => {
    const body = requestOf('a', 'b'.repeat(100), 'c');
    const { parts, oversizeCount } = split('traces', body, 40);
    expect([parts.map(namesIn), oversizeCount]).toEqual([[['a', 'c']], 1]);
    expect(split('traces', requestOf('b'.repeat(100)), 40)).toMatchObject({ parts: [], oversizeCount: 1 });
  });

  test('OTLP-51 fields of a later version stand in every part', () => {
    const later = field(999, 'later');
    const spanBytes = (name: string): Buffer => field(2, field(5, name), later);
    const groupOf = (...spans: readonly Buffer[]): Buffer => field(1, later, field(2, later, ...spans));
    const body = Buffer.concat([groupOf(spanBytes('a'), spanBytes('b')), later]);
    const alone = (name: string): Buffer => Buffer.concat([later, groupOfFirst(name)]);
    const groupOfFirst = (name: string): Buffer => groupOf(spanBytes(name));
    expect(split('traces', body, alone('a').length).parts.map((part) => Buffer.from(part).toString('hex'))).toEqual(
      ['a', 'b'].map((name) => alone(name).toString('hex')),
    );
  });

  test('lengths written longer than they need be are no reason to split wrongly', () => {
    const content = Buffer.concat([field(5, 'a')]);
    const long = Buffer.concat([Buffer.from([0x12]), varint(content.length, 2), content]);
    const body = field(1, field(2, long, long));
    const part = field(1, field(2, long));
    expect(split('traces', body, part.length).parts.map((each) => Buffer.from(each).toString('hex'))).toEqual([
      part.toString('hex'),
      part.toString('hex'),
    ]);
  });

  test('what is no request is not split', () => {
    expect(splitByBytes('traces', Buffer.from([0x0a, 0x7f]), 1).kind).toBe('invalid');
  });
});
