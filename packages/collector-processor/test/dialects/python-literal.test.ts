import { expect, test } from 'vitest';
import { parsePythonLiteral } from '../../src/dialects/python-literal.ts';

test.each([
  ["{'prompt_tokens': 8, 'details': None}", { prompt_tokens: 8, details: null }],
  ["{'a': {'b': [1, 2.5]}, 'c': True, 'd': False}", { a: { b: [1, 2.5] }, c: true, d: false }],
  ["{'tier': 'None'}", { tier: 'None' }],
  ['{}', {}],
])('%s', (text, value) => {
  expect(parsePythonLiteral(text)).toEqual(value);
});

test.each(["{'a': \"it's\"}", "{'a': 'b\\'c'}", "{'a': nan}", "{'a': 1", 'Usage(prompt_tokens=8)', "{'a': 'é'}"])(
  '%s is nothing that can be read',
  (text) => {
    expect(parsePythonLiteral(text)).toBeUndefined();
  },
);
