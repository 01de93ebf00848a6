import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { cacheFolder, cacheKey } from './cache-folder.ts';

/** A program from a Go module, or why there is none. */
export type GoProgram = { readonly kind: 'ready'; readonly path: string } | { readonly kind: 'skipped'; readonly why: string };

/** Big programs take minutes on two busy cores. */
const buildTimeoutMs = 20 * 60_000;

/** The program of a package at a version, built the first time and found in the cache folder afterwards. */
export function goProgram(packagePath: string, version: string): GoProgram {
  const found = spawnSync('go', ['env', 'GOVERSION'], { encoding: 'utf8' });
  if (found.error !== undefined) return { kind: 'skipped', why: `Go was not found; install it to build ${packagePath}` };
  const key = cacheKey(packagePath, version, found.stdout.trim(), process.platform, process.arch);
  const folder = join(cacheFolder('go'), key);
  const path = join(folder, basename(packagePath));
  if (existsSync(path)) return { kind: 'ready', path };
  const unfinished = `${folder}.${process.pid}`;
  mkdirSync(unfinished, { recursive: true });
  try {
    const { status, stderr } = spawnSync('go', ['install', `${packagePath}@${version}`], {
      cwd: unfinished,
      env: { ...process.env, GOBIN: unfinished, CGO_ENABLED: '0' },
      encoding: 'utf8',
      timeout: buildTimeoutMs,
      maxBuffer: 64 * 1024 * 1024,
    });
    if (status !== 0) throw new Error(`go install ${packagePath}@${version} ended with ${status}:\n${stderr}`);
    renameSync(unfinished, folder);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
  return { kind: 'ready', path };
}

/** The folder of a Go module's files at a version, from the module proxy. */
export function goModuleFolder(modulePath: string, version: string): string {
  const { status, stdout, stderr, error } = spawnSync('go', ['mod', 'download', '-json', `${modulePath}@${version}`], {
    cwd: cacheFolder('go'),
    encoding: 'utf8',
  });
  if (error !== undefined)
    throw new Error(`go mod download ${modulePath}@${version}: go could not be run; install it`, { cause: error });
  if (status !== 0) throw new Error(`go mod download ${modulePath}@${version} ended with ${status}:\n${stdout}${stderr}`);
  return JSON.parse(stdout).Dir;
}
