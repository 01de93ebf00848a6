import { joinPico, splitPico } from '@costspan/pricing';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createSumTable, type SumRow, wholeMax } from '../../src/store/sum-table.ts';

const picoMax = BigInt(wholeMax) * 10n ** 12n;

const part = fc.record({
  owner: fc.nat(40),
  kind: fc.nat(3),
  amountPico: fc.bigInt({ min: -picoMax, max: picoMax }),
  // Absent: low and high are the amount.
  bounds: fc.option(fc.record({ lowPico: fc.bigInt(), highPico: fc.bigInt() }), { nil: undefined }),
});

test('sums are those of bigints, by owner and kind, however amounts were added', () => {
  fc.assert(
    fc.property(fc.array(part, { maxLength: 200 }), (parts) => {
      const table = createSumTable();
      const expected = new Map<string, SumRow>();
      for (const { owner, kind, amountPico, bounds } of parts) {
        const { whole, pico } = splitPico(amountPico);
        const row = table.rowOf(owner, kind);
        if (bounds === undefined) table.add(row, Number(whole), Number(pico));
        else table.addExactly(row, { amountPico, ...bounds });
        const sum = expected.get(`${owner} ${kind}`) ?? { owner, kind, entries: 0, amountPico: 0n, lowPico: 0n, highPico: 0n };
        expected.set(`${owner} ${kind}`, {
          ...{ owner, kind, entries: sum.entries + 1, amountPico: sum.amountPico + amountPico },
          lowPico: sum.lowPico + (bounds?.lowPico ?? amountPico),
          highPico: sum.highPico + (bounds?.highPico ?? amountPico),
        });
      }
      expect([...table.rows()]).toEqual([...expected.values()]);
    }),
  );
});

test('rows are found again in tables that have grown, also those of owners beyond 2^32', () => {
  const table = createSumTable();
  const owners = Array.from({ length: 5_000 }, (_, index) => index * 3_000_000_017);
  for (let round = 0; round < 2; round += 1) for (const owner of owners) table.add(table.rowOf(owner, owner % 7), 1, 1);
  expect([...table.rows()].map(({ owner, kind, entries, amountPico }) => [owner, kind, entries, amountPico])).toEqual(
    owners.map((owner) => [owner, owner % 7, 2, joinPico(2n, 2n)]),
  );
});

test('what is below one whole unit is carried, so that the greatest amounts add up exactly', () => {
  const table = createSumTable();
  const row = table.rowOf(1, 1);
  for (let count = 0; count < 30_000; count += 1) table.add(row, wholeMax, 999_999_999_999);
  expect([...table.rows()][0]?.amountPico).toBe(30_000n * joinPico(BigInt(wholeMax), 999_999_999_999n));
});
