import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/**
 * Path of a program that a Debian package brings, installed if it is missing and that is possible here; otherwise why not.
 * Checks that need it say so and are skipped.
 */
export function debianProgram(path: string, packageName: string): { readonly path: string } | { readonly missing: string } {
  if (existsSync(path)) return { path };
  if (process.getuid?.() !== 0) return { missing: `${path} is not installed, and only root may install ${packageName}` };
  spawnSync('apt-get', ['update', '-qq'], { stdio: 'ignore' });
  const { status, stderr } = spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', packageName], {
    encoding: 'utf8',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  if (status === 0 && existsSync(path)) return { path };
  return {
    missing: `${path} is not installed, and apt-get install ${packageName} failed: ${(stderr ?? '').trim().split('\n').at(-1)}`,
  };
}
