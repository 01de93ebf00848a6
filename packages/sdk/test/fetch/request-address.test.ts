import { expect, test } from 'vitest';
import { createReadAddress } from '../../src/fetch/request-address.ts';

const chat = 'https://api.openai.com/v1/chat/completions';
const gemini = 'https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-pro:streamGenerateContent';

test('reads the address of a call once', () => {
  const read = createReadAddress([]);
  expect(read('POST', chat)).toBe(read('POST', chat));
  expect(read('POST', chat)).toMatchObject({
    provider: 'openai',
    server: { address: 'api.openai.com', port: 443 },
    model: undefined,
    isStream: false,
    acceptsIncludeUsage: true,
  });
});

test('keeps no address with a query, which may hold a key', () => {
  const read = createReadAddress([]);
  expect(read('POST', `${gemini}?key=secret`)).not.toBe(read('POST', `${gemini}?key=secret`));
  expect(read('POST', gemini)).toMatchObject({ provider: 'gcp.gemini', model: 'gemini-2.5-pro', isStream: true });
});

test('takes a request by another method to the same address for none that costs', () => {
  const read = createReadAddress([]);
  expect(read('POST', chat).api?.id).toBe('openai.chat');
  expect(read('GET', chat).api).toBeUndefined();
});
