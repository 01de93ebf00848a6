import { expect, test } from 'vitest';
import { printedByReadme, runExample } from '../../../test/support/run-example.ts';

const folder = new URL('..', import.meta.url).pathname;

test('prints what its README shows, and every cost is counted once, at the agent that caused it', async () => {
  const { printed, entries } = await runExample(folder);
  expect(printed).toBe(printedByReadme(folder));
  // 1,000 tokens at 1.25 and 100 at 10 a million; the search at its price.
  expect(entries.map(({ agent, category, amountPico }) => [agent, category, amountPico]).sort()).toEqual([
    ['fact-checker', 'llm', 2_250_000_000n],
    ['planner', 'llm', 2_250_000_000n],
    ['researcher', 'tool', 10_000_000_000n],
    ['writer', 'llm', 2_250_000_000n],
  ]);
});
