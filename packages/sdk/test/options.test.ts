import { expect, test } from 'vitest';
import manifest from '../package.json' with { type: 'json' };
import { CostspanError, type CostspanOptions, createCostspan, SDK_VERSION } from '../src/index.ts';
import { readOptions } from '../src/options.ts';

test.each<[string, unknown, string]>([
  [
    'an unknown option',
    { endpont: 'http://localhost:4318' },
    'createCostspan: endpont: unknown field; known fields are endpoint, headers, ',
  ],
  [
    'no object',
    'http://localhost:4318',
    'createCostspan: expected an object, found a string of 21 characters; known fields are ',
  ],
  [
    'an endpoint without scheme',
    { endpoint: 'localhost:4318' },
    'createCostspan: endpoint: expected the base URL of an OTLP/HTTP receiver, found a string of 14 characters; write it like http://localhost:4318',
  ],
  [
    'headers that are no text',
    { headers: { a: 1 } },
    'createCostspan: headers: expected an object of strings, found an object; ',
  ],
  [
    'a stamp nobody knows',
    { stamp: 'some' },
    'createCostspan: stamp: expected "all", "roots" or "cost", found a string of 4 characters; choose one of them',
  ],
  [
    'a short key',
    { handoffKey: 'short' },
    'createCostspan: handoffKey: expected a key of at least 16 characters, or a list of them, found a string of 5 characters; ',
  ],
  ['no keys', { handoffKey: [] }, 'createCostspan: handoffKey: '],
  [
    'a lifetime of nothing',
    { handoffTtlMs: 0 },
    'createCostspan: handoffTtlMs: expected a positive whole number of milliseconds, found 0; ',
  ],
  [
    'two exporters',
    { endpoint: 'http://localhost:4318', exporter: {} },
    'createCostspan: exporter: expected either `endpoint` or `exporter`, found both; leave one out',
  ],
])('%s is refused at once', (_, options, message) => {
  expect(() => createCostspan(options as CostspanOptions)).toThrow(message);
});

test('an error says what it is, also to another copy of the package', () => {
  try {
    createCostspan({ endpont: 1 } as CostspanOptions);
    expect.unreachable();
  } catch (error) {
    expect(CostspanError.isInstance(error)).toBe(true);
    expect(error).toMatchObject({ name: 'CostspanError', code: 'option-unknown', where: 'createCostspan: endpont' });
  }
  expect(CostspanError.isInstance(new Error('x'))).toBe(false);
});

test('an option that is undefined is left out', () => {
  expect(() => createCostspan({ endpoint: undefined } as unknown as CostspanOptions)).not.toThrow();
});

test('the key of handoffs comes from the environment where no option gives one', () => {
  const key = 'a key of sixteen characters';
  expect(readOptions({}, { COSTSPAN_HANDOFF_KEY: key }).handoffKeys).toEqual([key]);
  expect(readOptions({ handoffKey: 'the option wins over it' }, { COSTSPAN_HANDOFF_KEY: key }).handoffKeys).toEqual([
    'the option wins over it',
  ]);
  expect(readOptions({}, {}).handoffKeys).toEqual([]);
  expect(() => readOptions({}, { COSTSPAN_HANDOFF_KEY: 'short' })).toThrow(
    'COSTSPAN_HANDOFF_KEY: expected a key of at least 16 characters, found a string of 5 characters; ',
  );
});

test('the version is the one of the package', () => {
  expect(SDK_VERSION).toBe(manifest.version);
});
