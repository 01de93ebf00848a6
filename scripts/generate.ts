// Writes every generated file of the repository; with --check it writes nothing and fails when one is out of date.
//
//   node scripts/generate.ts [--check]
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { configFiles } from './generate/config.ts';
import { pricebookFiles } from './generate/pricebook.ts';
import { semconvFiles } from './generate/semconv.ts';

export type GeneratedFile = { readonly path: string; readonly text: string };

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const check = process.argv.includes('--check');
const files: readonly GeneratedFile[] = [...semconvFiles(root), ...configFiles(root), ...pricebookFiles(root)];
const stale = files.filter(({ path, text }) => !existsSync(path) || readFileSync(path, 'utf8') !== text);

for (const { path, text } of stale) {
  if (check) console.error(`${relative(root, path)}: out of date with its source; run: node scripts/generate.ts`);
  else {
    writeFileSync(path, text);
    console.log(`wrote ${join(relative(root, path))}`);
  }
}
if (check && stale.length > 0) process.exit(1);
