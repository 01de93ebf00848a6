import { access, readFile, writeFile } from 'node:fs/promises';
import { gunzipSync, gzipSync } from 'node:zlib';
import { createTemporaryFolder, type TemporaryFolder } from '@costspan/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { chatRequest } from './chat-request.ts';
import { runCommand } from './start-command.ts';

let folder: TemporaryFolder;
beforeEach(async () => {
  folder = await createTemporaryFolder();
});
afterEach(() => folder.remove());

test('prices files of every form, and writes spans and records', async () => {
  await writeFile(folder.join('a.json'), chatRequest(1, 'T-1'));
  await writeFile(folder.join('b.jsonl'), `${chatRequest(2, 'T-1')}\n\n${chatRequest(3, 'T-2')}\n`);
  await writeFile(folder.join('c.jsonl.gz'), gzipSync(`${chatRequest(4, 'T-2')}\n`));
  await writeFile(folder.join('d.json.gz'), gzipSync(chatRequest(4, 'T-2')));
  const files = ['a.json', 'b.jsonl', 'c.jsonl.gz', 'd.json.gz'];
  const { code, stdout, stderr } = await runCommand(
    ['process', '--in', ...files, '--traces-out', 'out.jsonl.gz', '--records-out', 'records.json', '--ledger', 'l.db'],
    folder.path,
  );
  expect({ code, stderr, result: JSON.parse(stdout) }).toEqual({
    code: 0,
    stderr: '',
    result: { requests: 5, spans: 5, pricedSpans: 5, unpriced: {} },
  });
  const lines = gunzipSync(await readFile(folder.join('out.jsonl.gz')))
    .toString()
    .trim()
    .split('\n');
  expect(lines.length).toBe(5);
  for (const line of lines) expect(line).toContain('{"key":"costspan.cost.exact","value":{"stringValue":"0.00225"}}');
  const records = JSON.parse(await readFile(folder.join('records.json'), 'utf8'));
  const totals = records.resourceLogs.flatMap(
    ({ scopeLogs }: { scopeLogs: { logRecords: { attributes: { key: string; value: { stringValue?: string } }[] }[] }[] }) =>
      scopeLogs.flatMap(({ logRecords }) =>
        logRecords.map(({ attributes }) => {
          const of = (name: string): unknown => attributes.find(({ key }) => key === name)?.value.stringValue;
          return [of('costspan.work_item.id'), of('costspan.total.exact')];
        }),
      ),
  );
  expect(Object.fromEntries(totals)).toEqual({ 'T-1': '0.0045', 'T-2': '0.0045' });
});

test('lists every request that is not OTLP, and writes nothing', async () => {
  await writeFile(folder.join('good.json'), chatRequest(1, 'T-1'));
  await writeFile(folder.join('bad.jsonl'), `${chatRequest(2, 'T-1')}\nnot json\n{"resourceSpans": 7}\n`);
  await writeFile(folder.join('out.jsonl'), 'what was there\n');
  const { code, stdout, stderr } = await runCommand(
    ['process', '--in', 'good.json', 'bad.jsonl', '--traces-out', 'out.jsonl'],
    folder.path,
  );
  expect({
    code,
    stdout,
    places: stderr
      .trim()
      .split('\n')
      .map((line) => line.split(': ')[0]),
  }).toEqual({
    code: 1,
    stdout: '',
    places: ['bad.jsonl:2', 'bad.jsonl:3'],
  });
  expect(await readFile(folder.join('out.jsonl'), 'utf8')).toBe('what was there\n');
  await expect(access(folder.join('out.jsonl.partial'))).rejects.toThrow('ENOENT');
});

test.each([
  [['--in', 'missing.json'], 1, 'missing.json: cannot be read (ENOENT); check that it is there and whole\n'],
  [['--in', 'spans.txt'], 1, 'spans.txt: expected a name that ends in .pb, .json or .jsonl, with or without .gz\n'],
  [
    ['--in', 'missing.json', '--traces-out', 'no/such/folder.pb'],
    1,
    'no/such/folder.pb: cannot be written (ENOENT); check the folder and its permissions\n',
  ],
])('%j is one clear error', async (args, code, stderr) => {
  expect(await runCommand(['process', ...args], folder.path)).toEqual({ code, stdout: '', stderr });
});

test('without input it is wrong usage', async () => {
  expect((await runCommand(['process'], folder.path)).code).toBe(2);
});
