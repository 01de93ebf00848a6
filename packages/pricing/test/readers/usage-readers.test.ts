import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { usageReaders } from '../../src/readers/usage-readers.ts';
import type { UsageReading } from '../../src/readers/usage-reading.ts';

const root = join(import.meta.dirname, '../../../../testdata/usage');

type Expected = { readonly note: string; readonly arithmetic?: readonly (readonly string[])[]; readonly reading: UsageReading };

const fixtures = readdirSync(root).flatMap((api) =>
  readdirSync(join(root, api))
    .filter((file) => file.endsWith('.json') && !file.endsWith('.expected.json'))
    .map((file) => ({ api, name: file.slice(0, -'.json'.length) })),
);

const load = (api: string, file: string): unknown => JSON.parse(readFileSync(join(root, api, file), 'utf8'));

/** The value of a line such as `input_text_tokens = 2006 - 1920 = 86`, after checking that it is right. */
const lineValue = (line: string): readonly [unit: string, value: string] => {
  const [unit = '', ...terms] = line.split('=').map((term) => term.trim());
  const value = terms.at(-1) ?? '';
  for (const term of terms) {
    const sum = term.split(/ (?=[+-] )/).reduce((total, part) => total + Number(part.replace(' ', '')), 0);
    expect(sum, line).toBe(Number(value));
  }
  return [unit, value];
};

describe('fixtures of documented usage objects', () => {
  test('every reader has fixtures', () => {
    expect([...new Set(fixtures.map(({ api }) => api))].sort()).toEqual([...usageReaders.keys()].sort());
  });

  test.for(fixtures)('$api: $name', ({ api, name }) => {
    const expected = load(api, `${name}.expected.json`) as Expected;
    const reading = usageReaders.get(api)?.(load(api, `${name}.json`));
    expect(reading).toEqual(expected.reading);

    const usages = reading?.kind === 'ok' ? reading.parts.map(({ usage }) => usage) : [];
    const written = (expected.arithmetic ?? []).map((lines) => Object.fromEntries(lines.map(lineValue)));
    expect(written).toEqual(
      usages.map((usage) => Object.fromEntries(Object.entries(usage).map(([unit, count]) => [unit, String(count)]))),
    );
  });
});

describe('every reader', () => {
  const names = [...usageReaders.keys()];

  test.each(names)('%s answers anything without throwing and never with an empty part', (api) => {
    const read = usageReaders.get(api);
    fc.assert(
      fc.property(fc.anything({ maxDepth: 4 }), (raw) => {
        const reading = read?.(raw);
        if (reading?.kind !== 'ok') return;
        for (const { usage } of reading.parts) expect(Object.keys(usage)).not.toHaveLength(0);
      }),
      { numRuns: 300 },
    );
  });

  test.each(names)('%s calls no usage missing and a list invalid', (api) => {
    const read = usageReaders.get(api);
    expect(read?.(undefined)).toEqual({ kind: 'missing', reason: 'no-usage' });
    expect(read?.(null)).toEqual({ kind: 'missing', reason: 'no-usage' });
    expect(read?.('12')).toMatchObject({ kind: 'invalid' });
  });

  // Whatever the fields of a recorded object are changed to, a count that comes out is a count.
  const damaged = fc.constantFrom(-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, 1e300, '7', true, [], {});
  const intact = fixtures.filter(({ api, name }) => (load(api, `${name}.expected.json`) as Expected).reading.kind === 'ok');
  test.for(intact)('$api: $name with a damaged count is never priced wrongly', ({ api, name }) => {
    const raw = load(api, `${name}.json`);
    fc.assert(
      fc.property(fc.constantFrom(...numberPaths(raw)), damaged, (path, value) => {
        const reading = usageReaders.get(api)?.(withValue(raw, path, value));
        if (reading?.kind !== 'ok') return;
        for (const { usage } of reading.parts) {
          for (const count of Object.values(usage)) {
            if (typeof count === 'number') expect(Number.isSafeInteger(count) && count >= 0).toBe(true);
            else expect(count).toMatch(/^\d+(\.\d+)?$/);
          }
        }
      }),
      { numRuns: 50 },
    );
  });
});

const numberPaths = (value: unknown, path: readonly string[] = []): string[][] => {
  if (typeof value === 'number') return [[...path]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => numberPaths(inner, [...path, key]));
};

const withValue = (raw: unknown, path: readonly string[], value: unknown): unknown => {
  const copy = structuredClone(raw) as Record<string, unknown>;
  let parent = copy;
  for (const key of path.slice(0, -1)) parent = parent[key] as Record<string, unknown>;
  parent[path.at(-1) ?? ''] = value;
  return copy;
};
