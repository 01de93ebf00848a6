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

describe('disjoint counts add up to what the source said', () => {
  const totals = ['total_tokens', 'totalTokens', 'totalTokenCount'];
  const stated = fixtures.flatMap(({ api, name }) => {
    const raw = load(api, `${name}.json`) as Record<string, unknown> | null;
    const total = totals.map((key) => raw?.[key]).find((value) => typeof value === 'number');
    const isRead = (load(api, `${name}.expected.json`) as Expected).reading.kind === 'ok';
    return total === undefined || !isRead ? [] : [{ api, name, total }];
  });
  // The AI SDK 5 adds input and output up, whatever the provider left out of the input.
  const outside = new Set(['version-5-cached-outside']);

  test.for(stated.filter(({ name }) => !outside.has(name)))('$api: $name', ({ api, name, total }) => {
    const reading = usageReaders.get(api)?.(load(api, `${name}.json`));
    const usages = reading?.kind === 'ok' ? reading.parts.map(({ usage }) => usage) : [];
    const tokens = usages.flatMap((usage) => Object.entries(usage)).filter(([unit]) => unit.endsWith('_tokens'));
    expect(tokens.reduce((sum, [, count]) => sum + Number(count), 0)).toBe(total);
  });

  const size = fc.nat(1_000_000);
  test('for any chat', () => {
    fc.assert(
      fc.property(size, size, size, size, size, size, (text, cached, written, audio, answer, reasoning) => {
        const expected = {
          input_text_tokens: text,
          input_cache_read_text_tokens: cached,
          input_cache_write_other_tokens: written,
          input_audio_tokens: audio,
          output_text_tokens: answer,
          output_reasoning_tokens: reasoning,
        };
        const used = Object.fromEntries(Object.entries(expected).filter(([, count]) => count > 0));
        const reading = usageReaders.get('openai.chat')?.({
          prompt_tokens: text + cached + written + audio,
          completion_tokens: answer + reasoning,
          prompt_tokens_details: { cached_tokens: cached, cache_write_tokens: written, audio_tokens: audio },
          completion_tokens_details: { reasoning_tokens: reasoning },
        });
        const usage = Object.keys(used).length === 0 ? { input_text_tokens: 0 } : used;
        expect(reading).toEqual({ kind: 'ok', parts: [{ usage }] });
      }),
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
