import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import { cacheFolder, cacheKey } from '../support/cache-folder.ts';
import { goProgram } from '../support/go-program.ts';

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
const buildTimeoutMs = 30 * 60_000;

/**
 * The pinned Collector, built from Go modules the first time and found in the cache folder afterwards. Without Go it says so,
 * and the suites that need it are skipped.
 */
export function pinnedCollector(): PinnedCollector {
  const go = findGo();
  if (go.kind === 'skipped') return go;
  const manifest = readFileSync(manifestFile, 'utf8');
  const version = `v${parseDocument(manifest).getIn(['dist', 'version'])}`;
  const telemetrygen = goProgram('github.com/open-telemetry/opentelemetry-collector-contrib/cmd/telemetrygen', version);
  if (telemetrygen.kind === 'skipped') return telemetrygen;
  const folder = join(cacheFolder('collector'), cacheKey(manifest, go.version, process.platform, process.arch));
  const collector = join(folder, 'costspan-otelcol');
  if (existsSync(collector)) return { kind: 'ready', collector, telemetrygen: telemetrygen.path };
  const builder = goProgram('go.opentelemetry.io/collector/cmd/builder', version);
  if (builder.kind === 'skipped') return builder;
  build(builder.path, manifest, folder);
  return { kind: 'ready', collector, telemetrygen: telemetrygen.path };
}

function findGo(): { readonly kind: 'found'; readonly version: string } | Extract<PinnedCollector, { kind: 'skipped' }> {
  const { stdout, error } = spawnSync('go', ['env', 'GOVERSION'], { encoding: 'utf8' });
  if (error !== undefined) return { kind: 'skipped', why: 'Go was not found; install it to build the Collector' };
  const version = stdout.trim();
  const [, major = 0, minor = 0] = (/^go(\d+)\.(\d+)/.exec(version) ?? []).map(Number);
  const isNewEnough = major > goVersionMin[0] || (major === goVersionMin[0] && minor >= goVersionMin[1]);
  return isNewEnough
    ? { kind: 'found', version }
    : { kind: 'skipped', why: `Go ${goVersionMin.join('.')} or newer is needed to build the Collector, found ${version}` };
}

/** Builds beside the final place and moves there at the end: a build that was cut off is never taken for a finished one. */
function build(builder: string, manifest: string, folder: string): void {
  const unfinished = `${folder}.${process.pid}`;
  mkdirSync(unfinished, { recursive: true });
  try {
    const file = join(unfinished, 'manifest.yaml');
    const source = join(unfinished, 'source');
    // The builder takes where to write from the manifest alone.
    writeFileSync(file, manifest.replace(/^dist:$/m, `dist:\n  output_path: ${JSON.stringify(source)}`));
    const { status, stdout, stderr, error } = spawnSync(builder, ['--config', file], {
      cwd: unfinished,
      env: { ...process.env, CGO_ENABLED: '0' },
      encoding: 'utf8',
      timeout: buildTimeoutMs,
      maxBuffer: 64 * 1024 * 1024,
    });
    if (status !== 0) throw new Error(`building the Collector: ${error?.message ?? `exit ${status}`}\n${stdout}${stderr}`);
    mkdirSync(folder, { recursive: true });
    renameSync(join(source, 'costspan-otelcol'), join(folder, 'costspan-otelcol'));
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}
