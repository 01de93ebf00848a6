import { expect, test } from 'vitest';
import { printedByReadme, runExample } from '../../../test/support/run-example.ts';

const folder = new URL('..', import.meta.url).pathname;

test('prints what its README shows, and each claim is charged once, by whomever it was finished', async () => {
  const { printed, entries } = await runExample(folder);
  expect(printed).toBe(printedByReadme(folder));
  // 48.00 an hour: 7.5 minutes; ten by default; 2 minutes.
  const costs = entries
    .filter(({ status }) => status !== 'duplicate')
    .map(({ item, amountPico, status, human }) => [item?.id, amountPico, status, human?.decision]);
  // What was opened is closed: it stands as a duplicate of what closed it.
  expect(entries.map(({ status }) => status).filter((status) => status === 'duplicate')).toHaveLength(3);
  expect(costs.sort()).toEqual([
    ['C-1', 6_000_000_000_000n, 'priced', 'approved'],
    ['C-2', 8_000_000_000_000n, 'estimated', 'denied'],
    ['C-3', 1_600_000_000_000n, 'priced', 'approved'],
  ]);
});
