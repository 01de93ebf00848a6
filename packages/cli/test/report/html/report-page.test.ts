import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseHTML } from 'linkedom';
import { expect, test } from 'vitest';
import { facts } from '../../../../ledger/test/support/facts.ts';
import { registerReportCommand } from '../../../src/commands/report.ts';
import { ledgerWith } from '../../support/ledger-with.ts';
import { runCommand } from '../../support/run-command.ts';

const tickets = Array.from({ length: 12 }, (_, index) =>
  facts(
    `span | item            | category | cost                    | outcome  | model
     a    | ticket T${index} | llm      | 0.${10 + index}         | resolved | gpt-5
     b    | ticket T${index} | human    | ~4.2                    |          |
     c    | ticket T${index} | vector   | ?no-price               |          | <script>alert(1)</script>`,
    { trace: `trace-${index}`, start: index * 9_000 },
  ),
);

/** The page of a ledger, and what is left beside it. */
async function page(
  requests: Parameters<typeof ledgerWith>[0],
  ...args: readonly string[]
): Promise<{
  readonly markup: string;
  readonly document: ReturnType<typeof parseHTML>['document'];
  readonly files: readonly string[];
}> {
  const ledger = await ledgerWith(requests);
  const file = join(dirname(ledger), 'report.html');
  expect(await runCommand(registerReportCommand, 'report', '--ledger', ledger, '--html', file, ...args)).toBe('');
  const markup = readFileSync(file, 'utf8');
  return { markup, document: parseHTML(markup).document, files: readdirSync(dirname(ledger)) };
}

const texts = (elements: Iterable<{ readonly textContent: string | null }>): readonly string[] =>
  [...elements].map(({ textContent }) => textContent ?? '');

test('needs nothing from elsewhere and runs nothing, whatever senders call things', async () => {
  const { markup, document, files } = await page(tickets);
  expect(document.querySelectorAll('script, link, img, iframe, object')).toHaveLength(0);
  expect(markup).not.toMatch(/(href|src|url)\s*[=(]/i);
  expect(document.querySelector('meta[http-equiv]')?.getAttribute('content')).toContain("default-src 'none'");
  expect(markup).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
  expect(files.filter((name) => name.startsWith('report'))).toEqual(['report.html']);
});

test('has each chart for a page and for a phone, and the figures of the terminal report', async () => {
  const { document } = await page(tickets);
  expect(texts(document.querySelectorAll('h2'))).toEqual([
    'Cost per unit of work',
    'By category',
    'By hour',
    'How much items cost',
    'Dearest work items',
    'Work items',
    'How it is known',
    'Not priced, so missing from the totals',
  ]);
  expect(document.querySelectorAll('.wide > svg')).toHaveLength(4);
  expect(document.querySelectorAll('.narrow > svg')).toHaveLength(4);
  expect(texts(document.querySelectorAll('.tiles dd'))[0]).toBe('52.26001.8600 to 52.2600and 12 spans without a price');
  expect(document.querySelectorAll('section:nth-of-type(6) tbody tr')).toHaveLength(12);
});

test('draws bars as long as what they stand for', async () => {
  const { document } = await page(
    [facts('span | item | category | cost\n a | ticket T-1 | llm | 3\n b | ticket T-1 | human | 1')],
    '--by',
    'category',
  );
  const widths = [...document.querySelectorAll('section:nth-of-type(2) .wide [aria-label="bar"] rect')].map((bar) =>
    Number(bar.getAttribute('width')),
  );
  expect(widths).toHaveLength(2);
  expect((widths[0] ?? 0) / (widths[1] ?? 1)).toBeGreaterThan(2.99);
  expect((widths[0] ?? 0) / (widths[1] ?? 1)).toBeLessThan(3.01);
});

test('of an empty ledger is a page that says nothing is known', async () => {
  const { document } = await page([]);
  expect(document.querySelector('.tiles')?.textContent).toContain('Work items0');
  expect(document.querySelectorAll('table tbody tr')).toHaveLength(0);
});
