import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createTemporaryFolder } from '@costspan/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Outgoing } from '../../src/exporters/exporter.ts';
import { openFileExporter } from '../../src/exporters/file.ts';

type Folder = Awaited<ReturnType<typeof createTemporaryFolder>>;

let folder: Folder;
beforeEach(async () => {
  folder = await createTemporaryFolder();
});
afterEach(() => folder.remove());

const patience = { abort: new AbortController().signal };
const request = (text: string): Outgoing => ({ signal: 'traces', body: Buffer.from(text), itemCount: 1 });

function openAt(
  path: string,
  given: { readonly fileBytesMax?: number; readonly backupsMax?: number; readonly fsync?: boolean } = {},
) {
  return openFileExporter({
    name: 'file',
    config: { path, fileBytesMax: 1_000, backupsMax: 2, fsync: false, ...given },
    toJson: (_, body) => Buffer.from(`{"text":${JSON.stringify(Buffer.from(body).toString())}}`),
  });
}

test.each([false, true])('a request is a line of the file once it is accepted (fsync %j)', async (fsync) => {
  const path = folder.join('traces.jsonl');
  const exporter = await openAt(path, { fsync });
  expect(await Promise.all([exporter.send(request('a'), patience), exporter.send(request('b'), patience)])).toEqual([
    { kind: 'accepted' },
    { kind: 'accepted' },
  ]);
  expect(await readFile(path, 'utf8')).toBe('{"text":"a"}\n{"text":"b"}\n');
  await exporter.close();
});

test('only its owner can read the file', async () => {
  const path = folder.join('traces.jsonl');
  await (await openAt(path)).close();
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});

test('appends to what an earlier run wrote', async () => {
  const path = folder.join('traces.jsonl');
  for (const text of ['a', 'b']) {
    const exporter = await openAt(path);
    await exporter.send(request(text), patience);
    await exporter.close();
  }
  expect(await readFile(path, 'utf8')).toBe('{"text":"a"}\n{"text":"b"}\n');
});

test.each([
  ['{"text":"a"}\n{"text":"b', '{"text":"a"}\n{"text":"new"}\n'],
  ['{"text":"b', '{"text":"new"}\n'],
  [`{"text":"a"}\n${'{'.repeat(200_000)}`, '{"text":"a"}\n{"text":"new"}\n'],
])('drops the half line that a crash left behind', async (before, after) => {
  const path = folder.join('traces.jsonl');
  await writeFile(path, before);
  const exporter = await openAt(path);
  await exporter.send(request('new'), patience);
  await exporter.close();
  expect(await readFile(path, 'utf8')).toBe(after);
});

test('leaves a file alone that holds something else', async () => {
  const path = folder.join('notes.txt');
  await writeFile(path, 'my notes');
  await expect(openAt(path)).rejects.toThrow(`${path}: holds something other than OTLP/JSON lines; choose another path`);
  expect(await readFile(path, 'utf8')).toBe('my notes');
});

test('starts a new file at its size and keeps the newest older ones', async () => {
  const path = folder.join('traces.jsonl');
  const exporter = await openAt(path, { fileBytesMax: 30 });
  for (const text of ['1', '2', '3', '4', '5', '6', '7', '8', '9']) await exporter.send(request(text), patience);
  await exporter.close();
  const files = (await readdir(folder.path)).sort();
  const contents = await Promise.all(files.map((file) => readFile(folder.join(file), 'utf8')));
  expect(Object.fromEntries(files.map((file, index) => [file, contents[index]]))).toEqual({
    'traces.jsonl': '{"text":"9"}\n',
    'traces.jsonl.1': '{"text":"7"}\n{"text":"8"}\n',
    'traces.jsonl.2': '{"text":"5"}\n{"text":"6"}\n',
  });
});

test('a path that cannot be written is one clear error', async () => {
  const path = folder.join('missing', 'traces.jsonl');
  await expect(openAt(path)).rejects.toThrow(
    `${path}: cannot be opened for writing (ENOENT); check the folder and its permissions`,
  );
});
