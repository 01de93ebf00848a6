import { join } from 'node:path';
import { expect, test } from 'vitest';
import { importInstalled } from '../../src/prices/installed-package.ts';
import { installPackage, scratchFolder } from './scratch-folder.ts';

test('finds a package in a folder above, and the version beside its entry', async () => {
  const { folder, write } = scratchFolder();
  installPackage(write, '@scope/prices', '3.2.1', 'export const answer = 42;');
  // A package.json that only marks the kind of module, as many packages have beside their build.
  write('node_modules/@scope/prices/lib/package.json', '{"type":"module"}');
  write('deep/er/package.json', '{}');
  const { version, module } = await importInstalled('@scope/prices', join(folder, 'deep', 'er'));
  expect([version, module['answer']]).toEqual(['3.2.1', 42]);
});

test('a package that is not installed is an error that says what to do', async () => {
  const { folder } = scratchFolder();
  await expect(importInstalled('@scope/of-nobody', folder)).rejects.toThrow(
    `@scope/of-nobody: not installed in ${folder}; run npm install @scope/of-nobody there, or name another folder with --from`,
  );
});
