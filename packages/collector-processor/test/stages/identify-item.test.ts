import { describe, expect, test } from 'vitest';
import { createKeyTable } from '../../src/otlp/key-table.ts';
import { createIdentifyItem, type IdentifyOptions, type Identity, keysOfItems } from '../../src/stages/identify-item.ts';
import { type SpanSpec, START_NS, viewOf } from './spans.ts';

const identify = (spec: SpanSpec, options: Partial<IdentifyOptions> = {}, tenant?: string): Identity => {
  const all = { idFrom: [], typeFrom: [], ...options };
  const table = createKeyTable(keysOfItems(all));
  return createIdentifyItem(all, table).identify(viewOf(spec, table), tenant === undefined ? {} : { tenant });
};

const ID = 'costspan.work_item.id';
const TYPE = 'costspan.work_item.type';
const TENANT = 'costspan.work_item.tenant';

describe('id', () => {
  const everywhere = {
    attributes: { [ID]: 'span', 'app.a': 'span-a', 'app.b': 'span-b' },
    resource: { [ID]: 'resource', 'app.a': 'resource-a', 'app.b': 'resource-b' },
  };
  const options = { idFrom: ['app.a', 'app.b'] };
  const drop = (spec: typeof everywhere, from: 'attributes' | 'resource', ...keys: string[]): typeof everywhere => ({
    ...spec,
    [from]: Object.fromEntries(Object.entries(spec[from]).filter(([key]) => !keys.includes(key))),
  });
  const withoutSpan = drop(everywhere, 'attributes', ID);
  const withoutOwn = drop(withoutSpan, 'resource', ID);

  test.each([
    ['the span', everywhere, 'span', 'span'],
    ['then its resource', withoutSpan, 'resource', 'resource'],
    ['then the first configured key on the span', withoutOwn, 'span-a', 'id_from'],
    ['then on the resource', drop(withoutOwn, 'attributes', 'app.a'), 'resource-a', 'id_from'],
    ['then the next key', drop(drop(withoutOwn, 'attributes', 'app.a'), 'resource', 'app.a'), 'span-b', 'id_from'],
  ] as const)('%s', (_, spec, id, source) => {
    expect(identify(spec, options).item).toEqual({ type: 'unspecified', id, source });
  });

  test('a number is an id, empty text is none', () => {
    expect(identify({ attributes: { 'app.a': 42 } }, options).item?.id).toBe('42');
    expect(identify({ attributes: { [ID]: '' } })).toEqual({ tenant: 'default' });
  });

  test.each([
    ['256 bytes', 'x'.repeat(256), undefined],
    ['257 bytes', 'x'.repeat(257), 'id-too-long'],
    ['258 bytes in 86 characters', '€'.repeat(86), 'id-too-long'],
    ['255 bytes in 85 characters', '€'.repeat(85), undefined],
  ])('of %s', (_, id, problem) => {
    const identity = identify({ attributes: { [ID]: id } });
    expect(identity.itemProblem).toBe(problem);
    expect(identity.item?.id).toBe(problem === undefined ? id : undefined);
  });

  test('a type that is too long is a problem too', () => {
    expect(identify({ attributes: { [ID]: 'T-1', [TYPE]: 'x'.repeat(257) } })).toEqual({
      tenant: 'default',
      itemProblem: 'type-too-long',
    });
  });
});

describe('type', () => {
  test('is found apart from the id', () => {
    const spec = { attributes: { [ID]: 'T-1' }, resource: { [TYPE]: 'ticket', 'app.kind': 'claim' } };
    expect(identify(spec, { typeFrom: ['app.kind'] }).item?.type).toBe('ticket');
    expect(identify({ ...spec, resource: { 'app.kind': 'claim' } }, { typeFrom: ['app.kind'] }).item?.type).toBe('claim');
  });
});

describe('tenant', () => {
  const spec = { attributes: { [TENANT]: 'span' }, resource: { [TENANT]: 'resource' } };
  test.each([
    ['the authenticated sender first', spec, 'acme', 'acme'],
    ['then the span', spec, undefined, 'span'],
    ['then its resource', { resource: spec.resource }, undefined, 'resource'],
    ['then the default', {}, undefined, 'default'],
  ] as const)('%s', (_, given, sender, tenant) => {
    expect(identify(given, {}, sender).tenant).toBe(tenant);
  });

  test('one that is too long takes no item', () => {
    expect(identify({ attributes: { [TENANT]: 'x'.repeat(257), [ID]: 'T-1' } })).toEqual({
      tenant: 'default',
      itemProblem: 'tenant-too-long',
    });
  });
});

describe('outcome', () => {
  const outcome = (attributes: SpanSpec['attributes']) =>
    identify({ attributes: { 'costspan.work_item.outcome': 'resolved', ...attributes } }).outcome;

  test('was decided when the span says, else at its end', () => {
    expect(outcome({ 'costspan.work_item.outcome_at': '1767225600123456789' })).toEqual({
      value: 'resolved',
      atNs: 1_767_225_600_123_456_789n,
    });
    expect(outcome({})).toEqual({ value: 'resolved', atNs: START_NS + 2_000_000_000n });
    expect(outcome({ 'costspan.work_item.outcome_at': 'yesterday' })).toEqual({
      value: 'resolved',
      atNs: START_NS + 2_000_000_000n,
    });
  });

  test('is read from a span without cost or id', () => {
    expect(identify({ attributes: { 'costspan.work_item.outcome': 'resolved' } }).outcome?.value).toBe('resolved');
  });
});

describe('dimensions', () => {
  const spec = {
    attributes: { 'costspan.dimension.team': 'support', 'costspan.dimension.customer': 'acme' },
    resource: { 'costspan.dimension.version': '1.2' },
  };

  test('only those on the list, sorted, from the span or its resource', () => {
    const { dimensions } = identify(spec, { dimensionKeys: ['version', 'team'] });
    expect(dimensions).toEqual({ team: 'support', version: '1.2' });
    expect(Object.keys(dimensions ?? {})).toEqual(['team', 'version']);
  });

  test('without a list, all of the span and its resource, sorted and bounded; what the span says itself counts', () => {
    const both = { ...spec, resource: { ...spec.resource, 'costspan.dimension.team': 'all' } };
    expect(Object.entries(identify(both).dimensions ?? {})).toEqual([
      ['customer', 'acme'],
      ['team', 'support'],
      ['version', '1.2'],
    ]);
    const many = Object.fromEntries(
      Array.from({ length: 40 }, (_, index) => [`costspan.dimension.k${String(index).padStart(2, '0')}`, 'x']),
    );
    expect(Object.keys(identify({ attributes: many }).dimensions ?? {})).toHaveLength(32);
  });
});

test('the item it is a part of', () => {
  expect(identify({ attributes: { [ID]: 'T-1', 'costspan.work_item.parent_id': 'C-9' } }).item).toEqual({
    type: 'unspecified',
    id: 'T-1',
    parentId: 'C-9',
    source: 'span',
  });
});
