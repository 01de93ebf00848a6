import { mkdir, rename, symlink, writeFile } from 'node:fs/promises';
import { createTemporaryFolder, type TemporaryFolder } from '@costspan/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createFileWatch } from '../src/file-watch.ts';

let folder: TemporaryFolder;
beforeEach(async () => {
  folder = await createTemporaryFolder();
});
afterEach(() => folder.remove());

/** What each look after the first finds done to the files; returns at which looks a change was told. */
async function watchThrough(file: string, steps: ReadonlyArray<() => Promise<unknown>>): Promise<readonly number[]> {
  const told: number[] = [];
  let look = 0;
  const stop = Promise.withResolvers<void>();
  const watch = createFileWatch({
    files: [file],
    intervalMs: 1,
    clock: {
      wait: async (_, abort) => {
        const step = steps[look];
        look += 1;
        if (step !== undefined) return void (await step());
        stop.resolve();
        await new Promise((resolve) => abort?.addEventListener('abort', resolve));
      },
    },
    onChange: async () => {
      told.push(look);
    },
  });
  watch.start();
  await stop.promise;
  await watch.stop();
  return told;
}

const nothing = async (): Promise<void> => undefined;

test('a change is told once, when the file has been quiet for a look', async () => {
  const file = folder.join('book.yaml');
  const write = (text: string) => () => writeFile(file, text);
  await write('one')();
  const told = await watchThrough(file, [nothing, write('longer'), write('longer still'), nothing, nothing, nothing]);
  expect(told).toEqual([4]);
});

test('a link that is replaced, as in a mounted ConfigMap, is a change', async () => {
  for (const version of ['1', '2']) {
    await mkdir(folder.join(version));
    await writeFile(folder.join(`${version}/book.yaml`), 'same length');
  }
  await symlink('1', folder.join('..data'));
  await symlink('..data/book.yaml', folder.join('book.yaml'));
  const replace = async (): Promise<void> => {
    await symlink('2', folder.join('..data_tmp'));
    await rename(folder.join('..data_tmp'), folder.join('..data'));
  };
  expect(await watchThrough(folder.join('book.yaml'), [nothing, replace, nothing, nothing])).toEqual([3]);
});

test('a file that goes and comes back as it was is no change; one that stays away is', async () => {
  const file = folder.join('book.yaml');
  await writeFile(file, 'one');
  const away = (): Promise<void> => rename(file, `${file}.away`);
  const back = (): Promise<void> => rename(`${file}.away`, file);
  expect(await watchThrough(file, [away, back, nothing, nothing])).toEqual([]);
  expect(await watchThrough(file, [away, nothing, nothing])).toEqual([2]);
});
