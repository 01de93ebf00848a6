import fc from 'fast-check';
import { expect, test } from 'vitest';
import { factText, parseFact } from '../src/index.ts';
import { anyTrace } from './support/random-facts.ts';

test('a fact reads back as it was written, on one line', () => {
  fc.assert(
    fc.property(anyTrace, (facts) => {
      for (const fact of facts) {
        const text = factText({ ...fact, name: 'two\nlines' });
        expect(text).not.toContain('\n');
        expect(parseFact(text)).toEqual({ ...fact, name: 'two\nlines' });
      }
    }),
  );
});
