import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

/** Root of the repository. */
export const repository: string = join(import.meta.dirname, '../..');

/** A folder under `.cache/integration`, which git ignores, that outlives the run. It exists when this returns. */
export function cacheFolder(...names: readonly string[]): string {
  const folder = join(repository, '.cache', 'integration', ...names);
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** Short key of everything that decides what is built. */
export function cacheKey(...inputs: readonly string[]): string {
  const hash = createHash('sha256');
  for (const input of inputs) hash.update(`${input.length}:${input}`);
  return hash.digest('hex').slice(0, 16);
}
