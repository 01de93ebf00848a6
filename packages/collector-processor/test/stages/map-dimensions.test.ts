import { describe, expect, test } from 'vitest';
import { parseDimensions } from '../../src/dimensions/load-dimensions.ts';
import { createKeyTable } from '../../src/otlp/key-table.ts';
import { createMapDimensions } from '../../src/stages/map-dimensions.ts';
import { type SpanSpec, START_NS, viewOf } from './spans.ts';

const parsed = parseDimensions(
  `
- match: { service.name: desk }
  set: { team: support, cost_center: "0410" }
- match: { service.name: desk, gen_ai.agent.name: refunds }
  set: { team: refunds }
- match: { gen_ai.agent.name: refunds }
  set: { team: agents, product: money }
- match: { costspan.dimension.customer: acme }
  set: { region: emea }
- match: { service.name: old }
  set: { team: before }
  valid_to: 2026-11-01
- match: { service.name: old }
  set: { team: after }
  valid_from: 2026-11-01
`,
  'yaml',
);
if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.problems));
const { map } = parsed;
const table = createKeyTable(map.keys);
const mapDimensions = createMapDimensions(map, table);
const tenant = 'default';
const dimensionsOf = (spec: SpanSpec, own?: Readonly<Record<string, string>>) =>
  mapDimensions(viewOf(spec, table), { tenant, ...(own && { dimensions: own }) }).dimensions;

describe('dimensions of a file', () => {
  test.each<[string, SpanSpec, Readonly<Record<string, string>> | undefined]>([
    ['by an attribute of the resource', { resource: { 'service.name': 'desk' } }, { cost_center: '0410', team: 'support' }],
    ['the span before its resource', { attributes: { 'service.name': 'x' }, resource: { 'service.name': 'desk' } }, undefined],
    [
      'the row that asks for more counts, then the earlier one; others add what it does not say',
      { attributes: { 'gen_ai.agent.name': 'refunds' }, resource: { 'service.name': 'desk' } },
      { cost_center: '0410', product: 'money', team: 'refunds' },
    ],
    ['by another dimension', { attributes: { 'costspan.dimension.customer': 'acme' } }, { region: 'emea' }],
    ['none for a span that no row matches', { resource: { 'service.name': 'other' } }, undefined],
    ['those in force at its start', { startUnixNs: START_NS, resource: { 'service.name': 'old' } }, { team: 'after' }],
    [
      'those in force a nanosecond before',
      { startUnixNs: START_NS - 1n, resource: { 'service.name': 'old' } },
      { team: 'before' },
    ],
  ])('%s', (_, spec, dimensions) => {
    expect(dimensionsOf(spec)).toEqual(dimensions);
  });

  test('never replace what the span says itself', () => {
    expect(dimensionsOf({ resource: { 'service.name': 'desk' } }, { team: 'mine' })).toEqual({
      cost_center: '0410',
      team: 'mine',
    });
  });

  test('of spans that say the same are one object, so that the ledger is told once', () => {
    const identity = { tenant };
    const span = viewOf({ resource: { 'service.name': 'desk' } }, table);
    expect(mapDimensions(span, identity)).toBe(mapDimensions(span, identity));
  });

  test('are none without a file', () => {
    const identity = { tenant };
    expect(createMapDimensions(undefined, table)(viewOf({ resource: { 'service.name': 'desk' } }, table), identity)).toBe(
      identity,
    );
  });
});
