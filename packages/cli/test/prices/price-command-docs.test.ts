import { readFileSync } from 'node:fs';
import { defaultCompiledBook } from '@costspan/pricebook';
import { REASONS, usageReaders } from '@costspan/pricing';
import { STATUSES } from '@costspan/semconv';
import { expect, test } from 'vitest';
import { priceLines } from '../../src/prices/price-lines.ts';
import { textStreams } from './run-streams.ts';

// Tables may be padded into columns.
const page = readFileSync(new URL('../../../../docs/reference/price-command.md', import.meta.url), 'utf8').replaceAll(
  / +\|/g,
  ' |',
);

const blocks = (info: string): readonly Record<string, unknown>[] =>
  [...page.matchAll(new RegExp(`^\`\`\`json ${info}\\n([^]*?)^\`\`\`$`, 'gm'))].map(([, text = '']) => JSON.parse(text));

const examples = blocks('in').map((request, index) => ({ request, answer: blocks('out')[index] }));

test.each(examples)('the example of $request.id is what the command answers', async ({ request, answer }) => {
  const streams = textStreams(JSON.stringify(request));
  await priceLines(undefined, defaultCompiledBook(), streams);
  expect(JSON.parse((await streams.end()).out)).toEqual(answer);
});

test('every example has its answer', () => {
  expect(blocks('out')).toHaveLength(examples.length);
  expect(examples.length).toBeGreaterThan(8);
});

/** Names in the first column of the table that stands below a heading. */
const firstColumn = (heading: string): readonly string[] => {
  const [, below = ''] = page.split(`\n### ${heading}\n`);
  const [section = ''] = below.split(/^#/m);
  return [...section.matchAll(/^\| `([^`]+)` \|/gm)].map(([, name = '']) => name);
};

test('lists every status, the worst first', () => {
  expect(firstColumn('Statuses')).toEqual(STATUSES.filter((status) => status !== 'aggregate' && status !== 'duplicate'));
});

test('lists every reason with its meaning', () => {
  expect(firstColumn('Reasons')).toEqual(Object.keys(REASONS));
  for (const [reason, meaning] of Object.entries(REASONS)) expect(page).toContain(`| \`${reason}\` | ${meaning} |`);
});

test('lists every API whose usage objects are read', () => {
  expect(page).toContain(
    [...usageReaders.keys()]
      .sort()
      .map((api) => `\`${api}\``)
      .join(', '),
  );
});
