import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { compileBook, formatIssue, parsePriceBook, REASONS } from '../src/index.ts';

const page = readFileSync(new URL('../../../docs/price-book.md', import.meta.url), 'utf8');

test('the page explains every reason, in the words of the code', () => {
  const listed = [...page.matchAll(/^\| `([a-z-]+)` +\| (.+?) +\|$/gm)].map(([, reason, meaning]) => [reason, meaning]);
  const known = new Set(Object.keys(REASONS));
  expect(Object.fromEntries(listed.filter(([reason]) => known.has(reason ?? '')))).toEqual(REASONS);
});

test('the example of the page is a book without problems or warnings', () => {
  const yaml = /```yaml\n([\s\S]*?)```/.exec(page)?.[1] ?? '';
  const parsed = parsePriceBook(parse(yaml));
  expect(parsed.kind === 'invalid' ? parsed.issues.map(formatIssue) : []).toEqual([]);
  if (parsed.kind === 'ok')
    expect(compileBook([parsed.book], { version: '1', sha256: '' })).toMatchObject({ kind: 'ok', warnings: [] });
});
