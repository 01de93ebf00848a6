import { expect, test } from 'vitest';
import { printedByReadme, runExample } from '../../../test/support/run-example.ts';

const folder = new URL('..', import.meta.url).pathname;

test('prints what its README shows, and each supplier is in the cost of the ticket', async () => {
  const { printed, records, entries } = await runExample(folder);
  expect(printed).toBe(printedByReadme(folder));
  expect(records.map(({ item }) => item.id).sort()).toEqual(['T-42', 'articles']);
  // 6 read units at 16 a million; 20 tokens at 0.02 a million; 1,200 at 0.25 and 40 at 2 a million; in 1e-12 of a dollar.
  const ofTicket = entries
    .filter(({ item }) => item?.id === 'T-42')
    .map(({ provider, model, amountPico }) => [provider, model, amountPico]);
  expect(ofTicket.sort()).toEqual([
    ['openai', 'gpt-5-mini', 380_000_000n],
    ['openai', 'text-embedding-3-small', 400_000n],
    ['pinecone', 'query', 96_000_000n],
  ]);
});
