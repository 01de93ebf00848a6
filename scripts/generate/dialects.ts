import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { GeneratedFile } from '../generate.ts';

/**
 * The page on dialects, from their rows. The rows import packages of the workspace, so the page is written by a process that
 * finds those in their sources: what is built may be older.
 */
export function dialectFiles(root: string): readonly GeneratedFile[] {
  const page = execFileSync(
    process.execPath,
    ['--conditions=costspan-source', '--disable-warning=ExperimentalWarning', join(import.meta.dirname, 'dialects-page.ts')],
    { encoding: 'utf8' },
  );
  return [{ path: join(root, 'docs/dialects/README.md'), text: page }];
}
