// Writes every generated file of the repository; with --check it writes nothing and fails when one is out of date.
//
//   node scripts/generate.ts [--check]
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { collectorFiles } from './generate/collector.ts';
import { configFiles } from './generate/config.ts';
import { dashboardFiles } from './generate/dashboards.ts';
import { dialectFiles } from './generate/dialects.ts';
import { limitsFiles } from './generate/limits.ts';
import { pricebookFiles } from './generate/pricebook.ts';
import { semconvFiles } from './generate/semconv.ts';

export type GeneratedFile = { readonly path: string; readonly text: string };

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const check = process.argv.includes('--check');
let staleCount = 0;

// One after the other: the words of semconv are written before anything that is made with them is loaded.
for (const generate of [semconvFiles, configFiles, pricebookFiles, dialectFiles, collectorFiles, dashboardFiles, limitsFiles]) {
  for (const { path, text } of generate(root)) {
    if (existsSync(path) && readFileSync(path, 'utf8') === text) continue;
    staleCount += 1;
    if (check) console.error(`${relative(root, path)}: out of date with its source; run: node scripts/generate.ts`);
    else {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
      console.log(`wrote ${relative(root, path)}`);
    }
  }
}
if (check && staleCount > 0) process.exit(1);
