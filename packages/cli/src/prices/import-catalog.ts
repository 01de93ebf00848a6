import { existsSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { bookText, type CatalogUpdate, importGenaiPrices, updateCatalog } from '@costspan/pricebook/import';
import type { PriceBook } from '@costspan/pricing';
import { type CommandStreams, writeText } from './command-streams.ts';
import { importInstalled } from './installed-package.ts';
import { listCommandBooks } from './load-command-books.ts';

const PACKAGE = '@pydantic/genai-prices';

export type ImportFlags = {
  /** Folder in which the package is installed. */
  readonly from: string;
  /** File of the catalog: read as what was published before, then written. */
  readonly out: string;
  /** Day from which changes hold, ISO date. */
  readonly date: string;
  /** SHA-256 the data must have. */
  readonly sha256?: string;
  /** Whether doubtful changes are taken. */
  readonly confirm: boolean;
};

/** Imports the model catalog of an installed package. Throws with every problem or doubt, and then has written nothing. */
export async function importCatalog(flags: ImportFlags, streams: CommandStreams): Promise<void> {
  const { version, module } = await importInstalled(PACKAGE, flags.from);
  const result = importGenaiPrices(await upstreamData(module), { version, releasedAt: flags.date });
  if (result.kind === 'refused') {
    throw new Error(
      [`${PACKAGE} ${version}: refused, because it says what this version does not know:`, ...result.problems].join('\n  '),
    );
  }
  const { report, book } = result;
  if (flags.sha256 !== undefined && flags.sha256 !== report.sha256) {
    throw new Error(
      `${PACKAGE} ${version}: expected data with sha256 ${flags.sha256}, found ${report.sha256}; nothing was written`,
    );
  }
  const update = updateCatalog(await publishedCatalog(flags.out, book), book, flags.date);
  if (update.doubts.length > 0 && !flags.confirm) {
    throw new Error(['refused; look at this, then repeat with --confirm:', ...update.doubts].join('\n  '));
  }
  // In one step: the file holds a history that upstream does not keep, so half of it must never replace it.
  await writeFile(`${flags.out}.new`, bookText(update.book));
  await rename(`${flags.out}.new`, flags.out);
  await writeText(streams.stdout, summary(flags.out, version, report, update));
}

async function upstreamData(module: Readonly<Record<string, unknown>>): Promise<unknown> {
  const { waitForUpdate } = module;
  if (typeof waitForUpdate !== 'function')
    throw new Error(`${PACKAGE}: expected it to export waitForUpdate; use a version from 0.1.8 on`);
  return waitForUpdate();
}

async function publishedCatalog(file: string, imported: PriceBook): Promise<PriceBook> {
  if (!existsSync(file)) return { ...imported, prices: [] };
  const [published] = await listCommandBooks({ book: [file], catalog: false });
  return published ?? { ...imported, prices: [] };
}

function summary(
  file: string,
  version: string,
  report: {
    readonly sha256: string;
    readonly providers: number;
    readonly models: number;
    readonly leftOut: readonly string[];
    readonly withoutPrice: readonly string[];
  },
  { book, added, changed, vanished, doubts }: CatalogUpdate,
): string {
  const lines = [
    `${file}: ${book.prices.length} rows from ${PACKAGE} ${version}, ${report.providers} providers, ${report.models} models`,
    `data sha256 ${report.sha256}`,
    `${added.length} new prices, ${changed.length} changed, ${vanished.length} gone, ${doubts.length} confirmed`,
    `${report.withoutPrice.length} models without a price are left out`,
    ...report.leftOut.map((rule) => `cannot be said exactly, left out: ${rule}`),
  ];
  return `${lines.join('\n')}\n`;
}
