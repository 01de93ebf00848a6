import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { contributionsOf } from '../../src/contribution.ts';
import { type CostRecord, type Entry, entryJson, recordJson, rollUp, type SpanFact } from '../../src/index.ts';
import { fact, noonNs } from '../support/facts.ts';
import { anyTrace } from '../support/random-facts.ts';
import { decide } from '../support/show.ts';

const schemas = new URL('../../../semconv/schemas/', import.meta.url);
const json = (path: string): Record<string, unknown> => JSON.parse(readFileSync(new URL(path, schemas), 'utf8'));
const ajv = new Ajv2020({ strict: true, strictRequired: false, allErrors: true, allowUnionTypes: true });
const isRecord = ajv.compile(json('record.schema.json'));
const isEntry = ajv.compile(json('entry.schema.json'));

const emitter = '0b7f1c2e-5f9a-4d52-9a53-2c1d6f0e8a41';

function recordsOf(trace: Iterable<SpanFact>): readonly CostRecord[] {
  const options = { currency: 'USD', state: 'closed', emitter, revision: 1_780_401_600_000_000n } as const;
  return contributionsOf(decide(trace)).map((contribution) => rollUp(contribution, options));
}

function entriesOf(trace: Iterable<SpanFact>): readonly Entry[] {
  return decide(trace).spans.map((span) => ({
    ...span.entry,
    ...({ version: 1, state: 'live', recordedAtNs: noonNs, emitter } as const),
  }));
}

const example = [
  fact({
    span: 'ticket',
    item: 'ticket T-42',
    parentItem: 'T-40',
    outcome: 'resolved',
    dimensions: { team: 'support' },
    end: 90,
  }),
  fact({
    ...{ span: 'chat', parent: 'ticket', start: 1, cost: '0.18', call: 'openai:resp_1', agent: 'refund-agent' },
    usage: { input_text_tokens: 1200, output_text_tokens: 300 },
  }),
  fact({ span: 'again', parent: 'chat', start: 2, cost: '~0.02', role: 'attempt', waste: true }),
  fact({ span: 'search', parent: 'ticket', start: 3, cost: '?model-unknown', category: 'embedding', model: 'mystery-1' }),
  fact({
    span: 'review',
    parent: 'ticket',
    start: 4,
    cost: '0.45',
    category: 'human',
    role: 'handoff',
    touchMs: 42_000,
    handoff: 'h1',
  }),
];

describe('a record as JSON', () => {
  test('is the fixture', () => {
    expect(recordsOf(example).map(recordJson)).toEqual([json('fixtures/record.json')]);
  });

  test('fits its schema, whatever the facts', () => {
    fc.assert(
      fc.property(anyTrace, (trace) => {
        for (const record of recordsOf(trace))
          expect(isRecord(JSON.parse(JSON.stringify(recordJson(record)))) || isRecord.errors).toBe(true);
      }),
    );
    expect(isRecord(json('fixtures/record.json')) || isRecord.errors).toBe(true);
  });

  test.each<[string, (record: Record<string, unknown>) => unknown]>([
    ['a total that is a number', (record) => ({ ...record, total: 0.65 })],
    ['no currency', ({ currency: _currency, ...record }) => record],
    ['a category nobody knows', (record) => ({ ...record, by_category: { coffee: '1' } })],
    ['a field nobody knows', (record) => ({ ...record, cost: '1' })],
    ['a revision that is a number', (record) => ({ ...record, revision: 1 })],
  ])('does not fit with %s', (_name, spoil) => {
    expect(isRecord(spoil(json('fixtures/record.json')))).toBe(false);
  });
});

describe('an entry as JSON', () => {
  test('is the fixture', () => {
    expect(JSON.parse(JSON.stringify(entriesOf(example).map(entryJson)[0]))).toEqual(json('fixtures/entry.json'));
  });

  test('fits its schema, whatever the facts', () => {
    fc.assert(
      fc.property(anyTrace, (trace) => {
        for (const entry of entriesOf(trace))
          expect(isEntry(JSON.parse(JSON.stringify(entryJson(entry)))) || isEntry.errors).toBe(true);
      }),
    );
    expect(isEntry(json('fixtures/entry.json')) || isEntry.errors).toBe(true);
  });

  test('has no amount when nothing of it is known', () => {
    const unpriced = entriesOf(example).find(({ status }) => status === 'unpriced');
    expect(unpriced && entryJson(unpriced)).not.toHaveProperty('amount');
  });

  test.each<[string, (entry: Record<string, unknown>) => unknown]>([
    ['an amount that is a number', (entry) => ({ ...entry, amount: 0.18 })],
    ['an id that is too short', (entry) => ({ ...entry, id: 'ab' })],
    ['a status nobody knows', (entry) => ({ ...entry, status: 'free' })],
    ['a field nobody knows', (entry) => ({ ...entry, prompt: 'hello' })],
  ])('does not fit with %s', (_name, spoil) => {
    expect(isEntry(spoil(json('fixtures/entry.json')))).toBe(false);
  });
});
