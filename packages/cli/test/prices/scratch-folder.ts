import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A folder for one test, gone when the test is done, and a function that writes files into it. */
export function scratchFolder(): { readonly folder: string; readonly write: (name: string, text: string) => string } {
  const folder = mkdtempSync(join(tmpdir(), 'prices-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return {
    folder,
    write: (name, text) => {
      const file = join(folder, name);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
      return file;
    },
  };
}

/** Installs a package of one file into a folder, as a package manager would. */
export function installPackage(write: (name: string, text: string) => string, name: string, version: string, code: string): void {
  const exports = { '.': './lib/index.js' };
  write(`node_modules/${name}/package.json`, JSON.stringify({ name, version, type: 'module', exports }));
  write(`node_modules/${name}/lib/index.js`, code);
}
