import { describe, expect, test } from 'vitest';
import { createKeyTable } from '../../src/otlp/key-table.ts';
import { rewriteTraces } from '../../src/otlp/rewrite-traces.ts';
import type { SpanEvent } from '../../src/otlp/span-view.ts';
import { encodeWithOracle } from './proto.ts';

const keys = createKeyTable([]);

/** The events of each span of a request that the oracle encodes. */
function eventsOf(spans: readonly object[], prefix = 'costspan.'): ReadonlyArray<readonly SpanEvent[]> {
  const body = encodeWithOracle('ExportTraceServiceRequest', { resourceSpans: [{ scopeSpans: [{ spans }] }] });
  const found: Array<readonly SpanEvent[]> = [];
  const result = rewriteTraces(body, { keys, ownedPrefix: 'x.' }, (span) => {
    found.push(span.eventsNamed(prefix));
    return undefined;
  });
  expect(result.kind).toBe('ok');
  return found;
}

const text = (key: string, stringValue: string): object => ({ key, value: { stringValue } });

describe('events', () => {
  test('of the name are read with time and attributes, in order, others are not', () => {
    const events = [
      {
        timeUnixNano: '1780315200000000001',
        name: 'costspan.budget',
        attributes: [text('a', '1'), text('a', '2'), text('b', 'ü')],
      },
      { timeUnixNano: '1780315200000000002', name: 'exception', attributes: [text('exception.message', 'secret')] },
      { timeUnixNano: '1780315200000000003', name: 'costspan.budget' },
    ];
    expect(eventsOf([{ name: 'one', events }])).toEqual([
      [
        {
          name: 'costspan.budget',
          timeUnixNs: 1_780_315_200_000_000_001n,
          attributes: new Map([
            ['a', '2'],
            ['b', 'ü'],
          ]),
        },
        { name: 'costspan.budget', timeUnixNs: 1_780_315_200_000_000_003n, attributes: new Map() },
      ],
    ]);
  });

  test('of one span are not those of the next', () => {
    const budget = { name: 'costspan.budget', timeUnixNano: '1' };
    expect(eventsOf([{ events: [budget] }, { name: 'none' }, { events: [budget, budget] }]).map(({ length }) => length)).toEqual([
      1, 0, 2,
    ]);
  });

  test('whose name is a part of the prefix, or empty, are others', () => {
    expect(eventsOf([{ events: [{ name: 'costspan' }, { name: '' }, {}, { name: 'costspan.' }] }])[0]).toEqual([
      { name: 'costspan.', timeUnixNs: 0n, attributes: new Map() },
    ]);
  });
});
