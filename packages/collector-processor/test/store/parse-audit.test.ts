import { expect, test } from 'vitest';
import { parseAudit } from '../../src/store/parse-audit.ts';

const sent = {
  ...{ tenant: 'default', trace_id: 'a'.repeat(32), span_id: 'b'.repeat(16), number: 0, span_end_ns: '5' },
  ...{ type: 'ticket', id: 'T-1', name: 'costspan.budget', at_ns: '4' },
  attributes: { 'costspan.budget.name': 'per-ticket', 'costspan.budget.decision': 'stop' },
};

test('reads a decision, its attributes sorted, and leaves out what a later version may add', () => {
  const read = parseAudit(JSON.stringify({ ...sent, later: true }));
  expect(read).toEqual({
    kind: 'ok',
    value: {
      ...{ tenant: 'default', traceId: sent.trace_id, spanId: sent.span_id, number: 0, spanEndNs: 5n },
      item: { type: 'ticket', id: 'T-1' },
      event: { name: 'costspan.budget', atNs: 4n, attributes: sent.attributes },
    },
  });
  const keys = read.kind === 'ok' ? Object.keys(read.value.event.attributes) : [];
  expect(keys).toEqual(['costspan.budget.decision', 'costspan.budget.name']);
});

test('reads a decision in a span that names no item', () => {
  const { type: _type, id: _id, ...rest } = sent;
  const read = parseAudit(JSON.stringify(rest));
  expect(read.kind === 'ok' && 'item' in read.value).toBe(false);
});

const attributes = (count: number): object =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`costspan.${index}`, '']));

test.each([
  ['64 attributes', { attributes: attributes(64) }],
  ['a text of 1,024 characters', { attributes: { 'costspan.a': 'x'.repeat(1_024) } }],
  ['the 128th event of a span', { number: 127 }],
])('takes %s', (_what, change) => {
  expect(parseAudit(JSON.stringify({ ...sent, ...change })).kind).toBe('ok');
});

const keys = 'attributes: expected keys that begin with costspan. and have at most 1024 characters';
test.each([
  ['65 attributes', { attributes: attributes(65) }, 'attributes: expected at most 64 attributes'],
  ['a key of somebody else', { attributes: { 'gen_ai.prompt': 'hello' } }, keys],
  ['a key without end', { attributes: { [`costspan.${'x'.repeat(1_024)}`]: '' } }, keys],
  [
    'a text without end',
    { attributes: { 'costspan.a': 'x'.repeat(1_025) } },
    'attributes.costspan.a: Too big: expected string to have <=1024 characters',
  ],
  [
    'a value that is no text',
    { attributes: { 'costspan.a': 5 } },
    'attributes.costspan.a: Invalid input: expected string, received number',
  ],
  ['an event of somebody else', { name: 'exception' }, 'name: expected a name that begins with costspan.'],
  ['the 129th event of a span', { number: 128 }, 'number: Too big: expected number to be <=127'],
  ['a half place', { number: 0.5 }, 'number: Invalid input: expected int, received number'],
  ['an id without a type', { type: undefined }, 'expected type and id, or neither'],
  ['a time that no file holds', { at_ns: '9223372036854775808' }, 'at_ns: expected nanoseconds as decimal text'],
  ['a span id that is none', { span_id: 'zz' }, 'span_id: expected 16 hex digits'],
])('refuses %s and says where', (_what, change, problem) => {
  expect(parseAudit(JSON.stringify({ ...sent, ...change }))).toEqual({ kind: 'invalid', problem });
});

test('refuses what is no JSON, and repeats no more of a key than its bound', () => {
  expect(parseAudit('{')).toEqual({ kind: 'invalid', problem: 'expected JSON' });
  const read = parseAudit(JSON.stringify({ ...sent, attributes: { [`costspan.${'x'.repeat(100_000)}`]: 5 } }));
  expect(read.kind === 'invalid' && read.problem.length < 1_200).toBe(true);
});
