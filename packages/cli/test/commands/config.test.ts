import { readFile, writeFile } from 'node:fs/promises';
import { createTemporaryFolder, type TemporaryFolder } from '@costspan/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runCommand } from './start-command.ts';

let folder: TemporaryFolder;
beforeEach(async () => {
  folder = await createTemporaryFolder();
});
afterEach(() => folder.remove());

test('init writes a file that check finds nothing wrong with, and never writes over one', async () => {
  expect(await runCommand(['config', 'init'], folder.path)).toEqual({
    code: 0,
    stdout: 'costspan.yaml: written; check it with: costspan config check costspan.yaml\n',
    stderr: '',
  });
  expect(await runCommand(['config', 'check', 'costspan.yaml'], folder.path)).toEqual({
    code: 0,
    stdout: 'costspan.yaml: no problems\n',
    stderr: '',
  });
  await writeFile(folder.join('costspan.yaml'), 'ledger: off\n');
  expect(await runCommand(['config', 'init'], folder.path)).toEqual({
    code: 1,
    stdout: '',
    stderr: 'costspan.yaml: cannot be written (EEXIST): it exists; choose another name, or remove it first\n',
  });
  expect(await readFile(folder.join('costspan.yaml'), 'utf8')).toBe('ledger: off\n');
});

test('check lists every problem and every warning, with secrets left out', async () => {
  const lines = [
    'exporters:',
    `  otlp_http/a: {endpoint: "http://h", headers: {authorization: "\${env:TOKEN}"}, timeout: 3}`,
    '  file/b: {path: b.jsonl}',
  ];
  await writeFile(folder.join('bad.yaml'), lines.join('\n'));
  const result = await runCommand(['config', 'check', 'bad.yaml'], folder.path, { TOKEN: 's3cret' });
  expect(result).toEqual({
    code: 1,
    stdout: '',
    stderr: 'bad.yaml:2:90: exporters.otlp_http/a.timeout: expected a duration such as "30s" or "1h30m", found 3\n',
  });
  await writeFile(folder.join('bad.yaml'), lines.join('\n').replace('timeout: 3', 'timeout: 3s'));
  const { code, stderr } = await runCommand(['config', 'check', 'bad.yaml'], folder.path, { TOKEN: 's3cret' });
  expect([code, stderr.trim().split('\n').length]).toEqual([0, 2]);
  expect(stderr).toContain('bad.yaml: warning: exporters.file/b: defined but used by no signal and no records');
});

test('check looks into the price books too', async () => {
  await writeFile(folder.join('costspan.yaml'), 'pricing: {books: [missing.yaml, bad.yaml]}\n');
  await writeFile(folder.join('bad.yaml'), 'book: mine\nversion: 2026-01-01\ncurrency: USD\nprices: 7\n');
  const { code, stdout, stderr } = await runCommand(['config', 'check', 'costspan.yaml'], folder.path);
  expect([
    code,
    stdout,
    stderr
      .trim()
      .split('\n')
      .map((line) => line.split(':', 2).join(':')),
  ]).toEqual([1, '', ['missing.yaml:1', 'bad.yaml:4']]);
});

test('schema is JSON Schema on standard output', async () => {
  const { code, stdout } = await runCommand(['config', 'schema'], folder.path);
  expect([code, Object.keys(JSON.parse(stdout).properties)]).toEqual([
    0,
    ['receivers', 'exporters', 'tenants', 'trust', 'work_items', 'pricing', 'ledger', 'records', 'service'],
  ]);
});
