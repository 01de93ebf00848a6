import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PriceBook } from '@costspan/pricing';
import { expect, test } from 'vitest';
import { type ImportFlags, importCatalog } from '../../src/prices/import-catalog.ts';
import { textStreams } from './run-streams.ts';
import { installPackage, scratchFolder } from './scratch-folder.ts';

const PACKAGE = '@pydantic/genai-prices';

type Provider = { readonly id: string; readonly price: number };

const providerData = ({ id, price }: Provider): object => ({
  id,
  name: id,
  pricing_urls: [`https://${id}.example/pricing`],
  models: [{ id: 'm', match: { equals: 'm' }, prices: { input_mtok: price } }],
});

type Catalog = {
  readonly file: string;
  readonly publish: (version: string, ...providers: readonly Provider[]) => void;
  readonly run: (flags?: Partial<ImportFlags>) => Promise<string>;
  readonly read: () => PriceBook;
};

/** A folder with the package installed and a catalog imported from it. */
function catalogFolder(): Catalog {
  const { folder, write } = scratchFolder();
  const file = join(folder, 'catalog.json');
  // Node keeps modules by path, so each version is installed beside the one before.
  let from = folder;
  return {
    file,
    publish: (version, ...providers) => {
      from = join(folder, version);
      installPackage(
        (name, text) => write(join(version, name), text),
        PACKAGE,
        version,
        `export const waitForUpdate = async () => (${JSON.stringify(providers.map(providerData))});`,
      );
    },
    run: async (flags = {}) => {
      const streams = textStreams();
      await importCatalog({ from, out: file, date: '2026-10-01', confirm: false, ...flags }, streams);
      return (await streams.end()).out;
    },
    read: () => JSON.parse(readFileSync(file, 'utf8')),
  };
}

const pricesOf = ({ prices }: PriceBook): unknown =>
  prices.map(({ provider, amount, valid_from = '', valid_to = '' }) => `${provider} ${amount} ${valid_from}-${valid_to}`);

test('imports the installed version and says what it found', async () => {
  const { publish, run, read, file } = catalogFolder();
  publish('1.0.0', { id: 'alpha', price: 2 }, { id: 'beta', price: 0.4 });
  const out = await run();
  expect(out.split('\n')).toEqual([
    `${file}: 2 rows from ${PACKAGE} 1.0.0, 2 providers, 2 models`,
    expect.stringMatching(/^data sha256 [0-9a-f]{64}$/),
    '2 new prices, 0 changed, 0 gone, 0 confirmed',
    '0 models without a price are left out',
    '',
  ]);
  expect(pricesOf(read())).toEqual(['alpha 2 -', 'beta 0.4 -']);
  expect(read()).toMatchObject({ layer: 'catalog', note: expect.stringContaining(`${PACKAGE} 1.0.0, MIT, data sha256 `) });
});

test('the same data again changes nothing', async () => {
  const { publish, run, file } = catalogFolder();
  publish('1.0.0', { id: 'alpha', price: 2 });
  await run();
  const before = readFileSync(file, 'utf8');
  await run();
  expect(readFileSync(file, 'utf8')).toBe(before);
});

test('a changed price ends the row before it; what was published about the time before stays', async () => {
  const { publish, run, read } = catalogFolder();
  publish('1.0.0', { id: 'alpha', price: 2 });
  await run();
  publish('1.1.0', { id: 'alpha', price: 6 });
  expect(await run({ date: '2026-11-01' })).toContain('0 new prices, 1 changed, 0 gone, 0 confirmed');
  expect(pricesOf(read())).toEqual(['alpha 2 -2026-11-01', 'alpha 6 2026-11-01-']);
});

test.each([
  [
    'a provider that is gone',
    [{ id: 'alpha', price: 2 }],
    'beta: all prices of this provider are gone (1 names)',
    ['alpha 2 -', 'beta 1 -2026-11-01'],
  ],
  [
    'a price that grew by more than a factor of 3',
    [
      { id: 'alpha', price: 6.01 },
      { id: 'beta', price: 1 },
    ],
    'alpha/m/input_text_tokens: changes from 2 to 6.01 per 1000000, by more than a factor of 3',
    ['alpha 2 -2026-11-01', 'alpha 6.01 2026-11-01-', 'beta 1 -'],
  ],
])('%s is refused and nothing is written, unless confirmed', async (_what, providers, doubt, confirmed) => {
  const { publish, run, read, file } = catalogFolder();
  publish('1.0.0', { id: 'alpha', price: 2 }, { id: 'beta', price: 1 });
  await run();
  const before = readFileSync(file, 'utf8');
  publish('1.1.0', ...providers);
  await expect(run({ date: '2026-11-01' })).rejects.toThrow(`refused; look at this, then repeat with --confirm:\n  ${doubt}`);
  expect(readFileSync(file, 'utf8')).toBe(before);
  expect(await run({ date: '2026-11-01', confirm: true })).toContain('1 confirmed');
  expect(pricesOf(read())).toEqual(confirmed);
});

test('data with another digest than the one asked for is refused', async () => {
  const { publish, run, file } = catalogFolder();
  publish('1.0.0', { id: 'alpha', price: 2 });
  await expect(run({ sha256: '0'.repeat(64) })).rejects.toThrow(
    /expected data with sha256 0{64}, found [0-9a-f]{64}; nothing was written$/,
  );
  expect(existsSync(file)).toBe(false);
});

test('what the importer does not know is refused, listed and not written', async () => {
  const { folder, write } = scratchFolder();
  const models = [{ id: 'm', match: { equals: 'm' }, prices: { input_gtok: 1 } }];
  const data = [{ id: 'alpha', name: 'a', pricing_urls: ['https://a'], models }];
  installPackage(write, PACKAGE, '2.0.0', `export const waitForUpdate = async () => (${JSON.stringify(data)});`);
  const flags = { from: folder, out: join(folder, 'c.json'), date: '2026-10-01', confirm: true };
  await expect(importCatalog(flags, textStreams())).rejects.toThrow(
    `${PACKAGE} 2.0.0: refused, because it says what this version does not know:\n  alpha/m: prices.input_gtok: unknown unit`,
  );
  expect(readdirSync(folder)).toEqual(['node_modules']);
});

test('a broken catalog is an error with its line and stays as it is', async () => {
  const { publish, run, file } = catalogFolder();
  publish('1.0.0', { id: 'alpha', price: 2 });
  await run();
  const broken = readFileSync(file, 'utf8').replace('"amount":"2"', '"amount":2');
  expect(broken).not.toBe(readFileSync(file, 'utf8'));
  writeFileSync(file, broken);
  await expect(run()).rejects.toThrow(/catalog\.json:\d+:\d+: prices\[0\]\.amount: expected a decimal string/);
  expect(readFileSync(file, 'utf8')).toBe(broken);
});

test('a version that exports something else is refused', async () => {
  const { folder, write } = scratchFolder();
  installPackage(write, PACKAGE, '0.0.1', 'export const prices = [];');
  const flags = { from: folder, out: join(folder, 'c.json'), date: '2026-10-01', confirm: false };
  await expect(importCatalog(flags, textStreams())).rejects.toThrow(
    `${PACKAGE}: expected it to export waitForUpdate; use a version from 0.1.8 on`,
  );
});
