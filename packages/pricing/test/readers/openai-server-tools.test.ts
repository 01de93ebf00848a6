import { expect, test } from 'vitest';
import { countOpenaiServerTools } from '../../src/readers/openai-server-tools.ts';

test('counts searches, not pages opened or failed calls', () => {
  const output = [
    { type: 'reasoning' },
    { type: 'web_search_call', status: 'completed', action: { type: 'search', query: 'a' } },
    { type: 'web_search_call', status: 'completed', action: { type: 'open_page', url: 'https://example.com' } },
    { type: 'web_search_call', status: 'completed', action: { type: 'find_in_page', pattern: 'b' } },
    { type: 'web_search_call', status: 'failed', action: { type: 'search', query: 'c' } },
    { type: 'web_search_call', status: 'completed' },
    { type: 'file_search_call', status: 'completed' },
    { type: 'message' },
  ];
  expect(countOpenaiServerTools(output)).toEqual({ web_searches: 2, file_searches: 1 });
});

test('counts containers once', () => {
  const output = ['cntr_1', 'cntr_1', 'cntr_2'].map((container_id) => ({ type: 'code_interpreter_call', container_id }));
  expect(countOpenaiServerTools(output)).toEqual({ code_sessions: 2 });
});

test.each([undefined, null, {}, 'x', [], [null, 1]])('finds nothing in %s', (output) => {
  expect(countOpenaiServerTools(output)).toEqual({});
});
