import fc from 'fast-check';
import { expect, test } from 'vitest';
import { entryIdOf, writeEntryId } from '../../src/facts/entry-id.ts';
import { createWriter } from '../../src/otlp/writer.ts';

test('is the first half of SHA-256 over tenant, trace and span', () => {
  // printf 'default\n0123456789abcdef0123456789abcdef\n00000000000000aa' | sha256sum
  expect(entryIdOf('default', '0123456789abcdef0123456789abcdef', '00000000000000aa')).toBe('a67e3c6c60352995efbc77ab905a4d8b');
});

test('is written from the place of a span as it is from the texts of its ids, tenant after tenant', () => {
  const ids = fc.tuple(fc.string({ unit: 'binary' }), fc.uint8Array({ minLength: 48, maxLength: 48 }));
  fc.assert(
    fc.property(fc.array(ids, { minLength: 1, maxLength: 4 }), (each) => {
      const writer = createWriter(0);
      for (const [tenant, place] of each) writeEntryId(writer, place, tenant);
      const expected = each.map(([tenant, place]) => {
        const digits = Buffer.from(place).toString('hex');
        return entryIdOf(tenant, digits.slice(0, 32), digits.slice(32, 48));
      });
      expect(writer.bytes.toString('hex', 0, writer.length)).toBe(expected.join(''));
    }),
  );
});
