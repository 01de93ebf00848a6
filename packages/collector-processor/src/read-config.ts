import { readFile } from 'node:fs/promises';
import type { Config } from './config/config.ts';
import type { Environment } from './config/environment.ts';
import { type ConfigOverrides, describeIssues, parseConfig } from './config/load.ts';
import { CostspanError } from './errors.ts';

/** A configuration that can be used, and what its author should look at. */
export type ReadConfig = { readonly config: Config; readonly warnings: readonly string[] };

/** Reads a configuration file; without one, the defaults. Rejects with every problem of the file in one {@link CostspanError}. */
export async function readConfig(
  file: string | undefined,
  environment: Environment,
  overrides: ConfigOverrides = {},
): Promise<ReadConfig> {
  const text = file === undefined ? '' : await readText(file);
  const loaded = parseConfig(text, environment, overrides);
  if (loaded.kind === 'ok') return loaded;
  throw new CostspanError('config-invalid', describeIssues(file ?? '(no file)', loaded.issues));
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? String(error);
    const advice =
      reason === 'ENOENT'
        ? 'check the path, or write a first file with: costspan config init'
        : 'check the path and its permissions';
    throw new CostspanError('file-unreadable', `${file}: the configuration cannot be read (${reason}); ${advice}`);
  }
}
