import { existsSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createTemporaryFolder } from '../src/index.ts';

test('goes away with its content', async () => {
  let path = '';
  {
    await using folder = await createTemporaryFolder();
    path = folder.path;
    writeFileSync(folder.join('a.txt'), 'a');
    expect(existsSync(folder.join('a.txt'))).toBe(true);
  }
  expect(existsSync(path)).toBe(false);
});
