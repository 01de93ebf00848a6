import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder that goes away with everything in it. */
export type TemporaryFolder = AsyncDisposable & {
  readonly path: string;
  /** Path of a file or folder inside it. */
  readonly join: (...segments: readonly string[]) => string;
  readonly remove: () => Promise<void>;
};

/** Makes an empty folder under the system's own. Use it with `await using`, or call `remove`. */
export async function createTemporaryFolder(prefix: string = 'costspan-'): Promise<TemporaryFolder> {
  const path = await mkdtemp(join(tmpdir(), prefix));
  const remove = (): Promise<void> => rm(path, { recursive: true, force: true });
  return { path, join: (...segments) => join(path, ...segments), remove, [Symbol.asyncDispose]: remove };
}
