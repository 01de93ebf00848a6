// Opens the report page of the demo's ledger in a real browser, as a wide and a narrow reader, in the light and in the dark.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium } from 'playwright-core';
import { debianProgram } from './debian-package.ts';

const ledger = '.costspan-demo/costspan.db';
const readers = [
  { name: 'wide, light', width: 1100, colorScheme: 'light', charts: '.wide' },
  { name: 'wide, dark', width: 1100, colorScheme: 'dark', charts: '.wide' },
  { name: 'phone, light', width: 390, colorScheme: 'light', charts: '.narrow' },
  { name: 'phone, dark', width: 390, colorScheme: 'dark', charts: '.narrow' },
] as const;

const program = debianProgram('/usr/bin/chromium', 'chromium');
if ('missing' in program) {
  console.log(`skipped: ${program.missing}`);
} else {
  const folder = mkdtempSync(join(tmpdir(), 'costspan-page-'));
  const page = join(folder, 'report.html');
  try {
    const written = spawnSync('node', ['packages/cli/bin/costspan.mjs', 'report', '--ledger', ledger, '--html', page], {
      encoding: 'utf8',
    });
    if (written.status !== 0) throw new Error(`costspan report --html ended with ${written.status}\n${written.stderr}`);
    const browser = await chromium.launch({
      executablePath: program.path,
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update'],
    });
    const faults: string[] = [];
    for (const reader of readers) faults.push(...(await faultsFor(browser, page, reader)));
    await browser.close();
    for (const fault of faults) console.error(fault);
    process.exitCode = faults.length === 0 ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What a reader would complain about: anything loaded or logged, sideways scrolling, missing charts, ink nobody can see. */
async function faultsFor(
  browser: Browser,
  file: string,
  { name, width, colorScheme, charts }: (typeof readers)[number],
): Promise<readonly string[]> {
  const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
  const faults: string[] = [];
  page.on('console', (message) => faults.push(`${name}: the page logs ${message.text()}`));
  page.on('request', (request) => {
    if (!request.url().endsWith('/report.html')) faults.push(`${name}: the page loads ${request.url()}`);
  });
  await page.goto(pathToFileURL(file).href);
  const overflow = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
  if (overflow !== 0) faults.push(`${name}: the page scrolls sideways by ${overflow} pixels`);
  const shown = await page.locator(`figure ${charts} > svg`).count();
  const visible = await page.locator('figure svg:visible').count();
  if (shown < 3 || visible !== shown) faults.push(`${name}: expected its ${shown} charts and no others, found ${visible}`);
  const colours = await Promise.all([
    page.evaluate('getComputedStyle(document.body).backgroundColor'),
    page.evaluate('getComputedStyle(document.body).color'),
    page.evaluate(`getComputedStyle(document.querySelector('${charts} [aria-label="bar"] rect')).fill`),
  ]);
  if (new Set(colours).size !== 3)
    faults.push(`${name}: expected page, ink and bar in three colours, found ${colours.join(', ')}`);
  if (isLight(String(colours[0])) !== (colorScheme === 'light')) faults.push(`${name}: the page is ${colours[0]}`);
  await page.close();
  return faults;
}

function isLight(colour: string): boolean {
  const [red = 0, green = 0, blue = 0] = (colour.match(/\d+/g) ?? []).map(Number);
  return red + green + blue > 3 * 128;
}
