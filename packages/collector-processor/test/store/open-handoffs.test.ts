import { afterEach, expect, test } from 'vitest';
import { facts } from '../../../ledger/test/support/facts.ts';
import { packFacts } from '../../src/facts/pack-facts.ts';
import { type LedgerReader, openLedgerReader } from '../../src/store/ledger-reader.ts';
import { openLedger } from '../../src/store/open-ledger.ts';
import { temporaryLedgerFile } from './support/temporary-ledger.ts';

let reader: LedgerReader | undefined;
afterEach(() => {
  reader?.close();
  reader = undefined;
});

const open = '?handoff-open:non_billable';
const columns = 'span | trace | item | role | category | handoff | touchMs | cost | start';
const requests = [
  `o1 | t1 | claim C-1 | handoff | human | h1 | | ${open} | 0
   o2 | t1 | claim C-1 | handoff | human | h2 | | ${open} | 1
   m1 | t1 | claim C-1 | call    | llm   |    | | 0.18    | 1`,
  `o3 | t2 | claim C-2 | handoff | human | h3 | | ${open} | 2
   o4 | t2 | claim C-2 | handoff | human | h4 | | ${open} | 3`,
  // In the trace of its handoff, and in the answer to a second request: the open one is decided again.
  'f2 | t1 | claim C-1 | handoff | human | h2 | 60000 | 0.80 | 4',
  'f4 | t2 | claim C-2 | handoff | human | h4 | 60000 | 0.80 | 5',
  `o5 | t3 |           | handoff | human | h5 | | ${open} | 6`,
];

async function read(): Promise<LedgerReader> {
  const file = temporaryLedgerFile();
  const ledger = await openLedger({ file, currency: 'USD', clock: { nowNs: () => 1_780_401_600_000_000_000n } });
  for (const rows of requests) await ledger.commit(packFacts(facts(`${columns}\n${rows}`)));
  await ledger.close();
  reader = openLedgerReader(file);
  return reader;
}

/** Handoff ids of every page, one after the other. */
function pagesOf(ledger: LedgerReader, foundMax: number, lookedAtMax: number): readonly (readonly string[])[] {
  const pages: (readonly string[])[] = [];
  for (let after: string | undefined = ''; after !== undefined; ) {
    const page = ledger.openHandoffs({ foundMax, lookedAtMax, ...(after !== '' && { after }) });
    pages.push((page?.entries ?? []).map(({ human }) => human?.handoffId ?? ''));
    after = page?.next;
  }
  return pages;
}

test('handoffs that nobody has finished are found whatever else the traces hold, each once', async () => {
  const pages = pagesOf(await read(), Infinity, 1_000);
  expect(pages.map((page) => [...page].sort())).toEqual([['h1', 'h3', 'h5']]);
});

test.each([
  [1, 1_000],
  [2, 1_000],
  [1_000, 1],
  [1_000, 2],
  [2, 3],
])('pages of at most %i found and %i looked at make the whole', async (foundMax, lookedAtMax) => {
  const pages = pagesOf(await read(), foundMax, lookedAtMax);
  expect(pages.flat().sort()).toEqual(['h1', 'h3', 'h5']);
  expect(Math.max(...pages.map(({ length }) => length))).toBeLessThanOrEqual(Math.min(foundMax, lookedAtMax));
  // Seven spans of handoffs are looked at, finished ones among them.
  if (lookedAtMax < 3) expect(pages.length).toBe(Math.floor(7 / lookedAtMax) + 1);
});

test('of one tenant alone', async () => {
  const ledger = await read();
  const count = (tenant: string): number | undefined =>
    ledger.openHandoffs({ tenant, foundMax: 9, lookedAtMax: 9 })?.entries.length;
  expect([count('default'), count('other')]).toEqual([3, 0]);
});

test.each(['', 'x', '1.2', '-1.2.3', '1.2.3.4', `${'9'.repeat(19)}.1.1`])('%j is no place', async (after) => {
  expect((await read()).openHandoffs({ after, foundMax: 1, lookedAtMax: 1 })).toBeUndefined();
});
