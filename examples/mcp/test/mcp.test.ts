import { expect, test } from 'vitest';
import { printedByReadme, runExample } from '../../../test/support/run-example.ts';

const folder = new URL('..', import.meta.url).pathname;

test('prints what its README shows, and the call that failed is waste', async () => {
  const { printed, entries } = await runExample(folder);
  expect(printed).toBe(printedByReadme(folder));
  const costs = entries.map(({ provider, model, amountPico, waste }) => ({ sku: `${provider}/${model}`, amountPico, waste }));
  expect(costs.sort((left, right) => Number(left.waste) - Number(right.waste))).toEqual([
    { sku: 'registry/lookup', amountPico: 50_000_000_000n, waste: false },
    { sku: 'registry/lookup', amountPico: 50_000_000_000n, waste: false },
    { sku: 'registry/lookup', amountPico: 50_000_000_000n, waste: true },
  ]);
});
