import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PriceBook } from '@costspan/pricing';
import { parse } from 'yaml';
// Only modules that take nothing but types from other packages: generators run before anything is built.
import { bookDigest, digestOfBook } from '../../packages/pricebook/src/book-digest.ts';
import { packCatalog, unpackCatalog } from '../../packages/pricebook/src/catalog/packed-catalog.ts';
import { packLimits, unpackLimits } from '../../packages/pricebook/src/catalog/packed-limits.ts';
import { applyCorrections } from '../../packages/pricebook/src/import/apply-corrections.ts';
import type { GeneratedFile } from '../generate.ts';

/** The default price books as one module: the imported catalog with the corrections in it and its limits, packed, and our own books. */
export function pricebookFiles(root: string): readonly GeneratedFile[] {
  const folder = join(root, 'packages/pricebook');
  const imported = JSON.parse(readFileSync(join(folder, 'catalog/genai-prices.json'), 'utf8'));
  const corrections = readBook(folder, 'corrections');
  const { modifiers, ...rows } = applyCorrections(imported, corrections);
  const packed = packCatalog(rows);
  const factors: PriceBook = { ...corrections, prices: [], modifiers: modifiers ?? [] };
  const own = [factors, readBook(folder, 'services')];
  const limits = packLimits(JSON.parse(readFileSync(join(folder, 'catalog/model-limits.json'), 'utf8')));
  const digests = [unpackCatalog(packed), unpackLimits(limits), ...own].map(digestOfBook);
  const versions = [corrections.version, ...own.map(({ version }) => version)].sort();
  return [
    {
      path: join(folder, 'src/catalog/default-books.generated.ts'),
      text: moduleText(digests, [
        ['DEFAULT_BOOKS_SHA256', bookDigest([], digests)],
        ['DEFAULT_BOOKS_VERSION', `costspan ${versions.at(-1)}`],
        ['OWN_BOOKS_TEXT', JSON.stringify(own)],
        ['PACKED_CATALOG_TEXT', JSON.stringify(packed)],
        ['PACKED_LIMITS_TEXT', JSON.stringify(limits)],
      ]),
    },
  ];
}

function readBook(folder: string, name: string): PriceBook {
  const { 'x-sources': _, ...book } = parse(readFileSync(join(folder, `books/${name}.yaml`), 'utf8'), { maxAliasCount: 1_000 });
  return book;
}

function moduleText(digests: readonly string[], constants: readonly (readonly [string, string])[]): string {
  const list = `export const DEFAULT_BOOK_DIGESTS: readonly string[] = [\n${digests.map((digest) => `  '${digest}',\n`).join('')}];`;
  const lines = constants.map(([name, value]) => `export const ${name}: string = ${quoted(value)};`);
  return `// Generated from packages/pricebook/catalog and packages/pricebook/books by \`node scripts/generate.ts\`. Do not edit.\n\n${[list, ...lines].join('\n\n')}\n`;
}

/** A JavaScript string with single quotes: JSON is full of the other kind. */
const quoted = (text: string): string => `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
