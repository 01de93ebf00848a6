import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import { cacheFolder, cacheKey } from '../support/cache-folder.ts';

/** The programs that were built from the manifest, or why there are none. */
export type PinnedCollector =
  | {
      readonly kind: 'ready';
      readonly collector: string;
      /** The Collector project's own source of load. */
      readonly telemetrygen: string;
    }
  | { readonly kind: 'skipped'; readonly why: string };

const manifestFile = join(import.meta.dirname, 'manifest.yaml');

/** What the modules of the manifest ask for. */
const goVersionMin = [1, 25] as const;

/** On two cores and with nothing cached a build takes a few minutes; this long only on a machine that cannot do it. */
const stepTimeoutMs = 30 * 60_000;

/**
 * The pinned Collector, built from Go modules the first time and found in the cache folder afterwards. Without Go it says so,
 * and the suites that need it are skipped.
 */
export function pinnedCollector(): PinnedCollector {
  const go = findGo();
  if (go.kind === 'skipped') return go;
  const manifest = readFileSync(manifestFile, 'utf8');
  const folder = join(cacheFolder('collector'), cacheKey(manifest, go.version, process.platform, process.arch));
  const programs = { collector: join(folder, 'costspan-otelcol'), telemetrygen: join(folder, 'telemetrygen') };
  if (!existsSync(folder)) build(manifest, folder);
  return { kind: 'ready', ...programs };
}

function findGo(): { readonly kind: 'found'; readonly version: string } | Extract<PinnedCollector, { kind: 'skipped' }> {
  const { stdout, error } = spawnSync('go', ['env', 'GOVERSION'], { encoding: 'utf8' });
  if (error !== undefined) return { kind: 'skipped', why: 'Go was not found; install it to build the Collector' };
  const version = stdout.trim();
  const [, major = 0, minor = 0] = (/^go(\d+)\.(\d+)/.exec(version) ?? []).map(Number);
  const isOldEnough = major > goVersionMin[0] || (major === goVersionMin[0] && minor >= goVersionMin[1]);
  return isOldEnough
    ? { kind: 'found', version }
    : { kind: 'skipped', why: `Go ${goVersionMin.join('.')} or newer is needed to build the Collector, found ${version}` };
}

/** Builds beside the final place and moves there at the end: a build that was cut off is never taken for a finished one. */
function build(manifest: string, folder: string): void {
  const version: unknown = parseDocument(manifest).getIn(['dist', 'version']);
  const unfinished = `${folder}.${process.pid}`;
  mkdirSync(unfinished, { recursive: true });
  try {
    const file = join(unfinished, 'manifest.yaml');
    const source = join(unfinished, 'source');
    // The builder takes where to write from the manifest alone.
    writeFileSync(file, manifest.replace(/^dist:$/m, `dist:\n  output_path: ${JSON.stringify(source)}`));
    step(unfinished, 'go', ['install', `go.opentelemetry.io/collector/cmd/builder@v${version}`]);
    step(unfinished, join(unfinished, 'builder'), ['--config', file]);
    step(unfinished, 'go', ['install', `github.com/open-telemetry/opentelemetry-collector-contrib/cmd/telemetrygen@v${version}`]);
    renameSync(join(source, 'costspan-otelcol'), join(unfinished, 'costspan-otelcol'));
    rmSync(source, { recursive: true });
    renameSync(unfinished, folder);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}

function step(folder: string, command: string, args: readonly string[]): void {
  const startedMs = performance.now();
  const env = { ...process.env, GOBIN: folder, CGO_ENABLED: '0' };
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd: folder,
    env,
    encoding: 'utf8',
    timeout: stepTimeoutMs,
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${error?.message ?? `exit ${status}`}\n${stdout}${stderr}`);
  console.log(`${command} ${args.join(' ')}: ${((performance.now() - startedMs) / 1_000).toFixed(0)} s`);
}
