import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder, cacheKey, repository } from '../support/cache-folder.ts';

/** Where the example for Python lies. */
export const pythonExample: string = join(repository, 'examples/python');

/** A Python with packages installed, or why there is none. */
export type PythonEnvironment =
  | { readonly kind: 'ready'; readonly interpreter: string }
  | { readonly kind: 'skipped'; readonly why: string };

/** What the pinned packages ask for. */
const pythonVersionMin = [3, 10] as const;

/**
 * An environment of its own with the packages of a requirements file, installed the first time and kept in the cache folder;
 * without a file, the Python of this machine.
 */
export function pythonWith(requirements: string | undefined): PythonEnvironment {
  const { stdout, error } = spawnSync('python3', ['-c', 'import sys, ensurepip; print(*sys.version_info[:2])'], {
    encoding: 'utf8',
  });
  if (error !== undefined) return { kind: 'skipped', why: 'python3 was not found' };
  const [major = 0, minor = 0] = stdout.trim().split(' ').map(Number);
  if (major !== pythonVersionMin[0] || minor < pythonVersionMin[1]) {
    return {
      kind: 'skipped',
      why: `Python ${pythonVersionMin.join('.')} or newer with venv is needed, found ${stdout.trim() || 'none'}`,
    };
  }
  if (requirements === undefined) return { kind: 'ready', interpreter: 'python3' };
  const file = join(pythonExample, requirements);
  const folder = join(cacheFolder('python'), cacheKey(readFileSync(file, 'utf8'), stdout));
  if (!existsSync(join(folder, 'installed'))) install(folder, file);
  return { kind: 'ready', interpreter: join(folder, 'bin/python') };
}

/** An environment cannot be moved: it is made in its place, and a mark says that it is complete. */
function install(folder: string, requirements: string): void {
  rmSync(folder, { recursive: true, force: true });
  run('python3', ['-m', 'venv', folder]);
  run(join(folder, 'bin/python'), [
    '-m',
    'pip',
    'install',
    '--quiet',
    '--disable-pip-version-check',
    '--no-deps',
    '-r',
    requirements,
  ]);
  writeFileSync(join(folder, 'installed'), '');
}

function run(command: string, args: readonly string[]): void {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${error?.message ?? `exit ${status}`}\n${stdout}${stderr}`);
}
