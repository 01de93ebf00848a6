import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/** A package found where the user works. */
export type InstalledPackage = { readonly version: string; readonly module: Readonly<Record<string, unknown>> };

/**
 * Imports a package that is installed in a folder or above it. The commands that read other people's catalogs take them
 * from there, so that their version is the user's choice and Costspan does not bring them along.
 */
export async function importInstalled(name: string, folder: string): Promise<InstalledPackage> {
  const file = findEntry(name, folder);
  const module: Readonly<Record<string, unknown>> = await import(pathToFileURL(file).href);
  return { version: versionOf(name, dirname(file)), module };
}

function findEntry(name: string, folder: string): string {
  try {
    // `import` would look beside this file; a require made for the folder looks where the user works.
    return createRequire(join(resolve(folder), 'package.json')).resolve(name);
  } catch {
    throw new Error(
      `${name}: not installed in ${resolve(folder)}; run npm install ${name} there, or name another folder with --from`,
    );
  }
}

function versionOf(name: string, folder: string): string {
  try {
    const found = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    if (found.name === name && typeof found.version === 'string') return found.version;
  } catch {
    // Not every folder above the entry has a package.json.
  }
  const parent = dirname(folder);
  if (parent === folder) throw new Error(`${name}: found no package.json that names its version`);
  return versionOf(name, parent);
}
