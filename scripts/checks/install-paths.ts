// Installs what would be published into an empty folder, runs it from there, from an image and reads the systemd unit.
import { type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { debianProgram } from './debian-package.ts';

const work = mkdtempSync(join(tmpdir(), 'costspan-install-'));
try {
  const prefix = installPacked();
  await servesAndReports('npm install', 'node', [join(prefix, 'node_modules', 'costspan', 'bin', 'costspan.mjs')], work);
  console.log('ok: the packed packages, installed into an empty folder');
  loadsBesideOlderApi();
  console.log('ok: the packed SDK beside an OpenTelemetry SDK 2 and its API');
  await image(prefix);
  unit();
} finally {
  rmSync(work, { recursive: true, force: true });
}

/** A folder with the packed packages and their dependencies from the registry, and nothing of this workspace. */
function installPacked(): string {
  const tarballs = join(work, 'tarballs');
  mkdirSync(tarballs);
  for (const name of readdirSync('packages')) {
    const manifest = JSON.parse(readFileSync(join('packages', name, 'package.json'), 'utf8'));
    if (manifest.private !== true) run('pnpm', ['pack', '--pack-destination', tarballs], { cwd: join('packages', name) });
  }
  const prefix = join(work, 'prefix');
  mkdirSync(prefix);
  const files = readdirSync(tarballs).map((file) => join(tarballs, file));
  run('npm', ['install', '--prefix', prefix, '--omit=dev', '--no-audit', '--no-fund', '--loglevel=error', ...files]);
  return prefix;
}

/** What an application with an OpenTelemetry SDK 2 has: an API that knows less than that of version 3. */
function loadsBesideOlderApi(): void {
  const folder = join(work, 'older');
  mkdirSync(folder);
  const files = ['semconv', 'pricing', 'pricebook', 'sdk'].map((name) => join(work, 'tarballs', packedName(name)));
  const older = ['@opentelemetry/api@1.9.1', '@opentelemetry/sdk-trace-node@2.12.0'];
  run('npm', ['install', '--prefix', folder, '--no-audit', '--no-fund', '--loglevel=error', ...files, ...older]);
  writeFileSync(
    join(folder, 'agent.mjs'),
    `import { createCostspan } from '@costspan/sdk';
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
const costspan = createCostspan({ endpoint: 'http://127.0.0.1:9', handoffKey: 'a key of sixteen characters' });
new NodeTracerProvider({ spanProcessors: [costspan.spanProcessor] }).register();
console.log(JSON.stringify(costspan.doctor().filter(({ severity }) => severity === 'problem')));
`,
  );
  const { stdout } = run('node', [join(folder, 'agent.mjs')]);
  if (stdout !== '[]\n') throw new Error(`beside an OpenTelemetry SDK 2: doctor() found\n${stdout}`);
}

function packedName(name: string): string {
  const { name: published, version } = JSON.parse(readFileSync(join('packages', name, 'package.json'), 'utf8'));
  return `${published.replace('@', '').replace('/', '-')}-${version}.tgz`;
}

/** Starts the service, sends one span, stops the service and reads the ledger. */
async function servesAndReports(name: string, program: string, args: readonly string[], cwd: string): Promise<void> {
  const ledger = join(cwd, `${name.replaceAll(' ', '-')}.db`);
  const version = run(program, [...args, '--version'], { cwd }).stdout.trim();
  if (!/^\d+\.\d+\.\d+/.test(version)) throw new Error(`${name}: --version printed ${JSON.stringify(version)}`);
  const service = spawn(program, [...args, 'serve', '--endpoint', '127.0.0.1:0', '--ledger', ledger], { cwd });
  let said = '';
  service.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  service.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const exited = once(service, 'exit');
  const url = await new Promise<string>((resolve, reject) => {
    service.stdout.on('data', () => {
      const [, found] = /(http:\/\/127\.0\.0\.1:\d+)/.exec(said) ?? [];
      if (found !== undefined) resolve(found);
    });
    exited.then(() => reject(new Error(`${name}: serve ended:\n${said}`)), reject);
  });
  const answer = await fetch(`${url}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: oneCall(),
  });
  if (answer.status !== 200) throw new Error(`${name}: /v1/traces answered ${answer.status} ${await answer.text()}`);
  service.kill('SIGTERM');
  const [code] = await exited;
  if (code !== 0) throw new Error(`${name}: serve ended with ${code}:\n${said}`);
  const report = run(program, [...args, 'report', '--ledger', ledger, '--json'], { cwd }).stdout;
  if (!report.includes('"kind":"total","total":"0.00125"')) throw new Error(`${name}: unexpected report:\n${report}`);
}

/** A thousand input tokens of gpt-5, which cost 1.25 USD a million since its first day. */
function oneCall(): string {
  const text = (key: string, stringValue: string): object => ({ key, value: { stringValue } });
  const attributes = [
    text('gen_ai.operation.name', 'chat'),
    text('gen_ai.provider.name', 'openai'),
    text('gen_ai.request.model', 'gpt-5'),
    text('costspan.work_item.id', 'T-1'),
    text('costspan.work_item.type', 'ticket'),
    { key: 'gen_ai.usage.input_tokens', value: { intValue: '1000' } },
    { key: 'gen_ai.usage.output_tokens', value: { intValue: '0' } },
  ];
  const span = {
    traceId: '0af7651916cd43dd8448eb211c80319c',
    spanId: 'b7ad6b7169203331',
    name: 'chat gpt-5',
    kind: 3,
    startTimeUnixNano: '1780315200000000000',
    endTimeUnixNano: '1780315201000000000',
    attributes,
  };
  return JSON.stringify({ resourceSpans: [{ scopeSpans: [{ scope: { name: 'install' }, spans: [span] }] }] });
}

/**
 * Builds the image with buildah and runs it as its user on a read-only root. The base is made here, of this Node and the
 * libraries it needs: registries of images may be out of reach.
 */
async function image(prefix: string): Promise<void> {
  const buildah = debianProgram('/usr/bin/buildah', 'buildah');
  if ('missing' in buildah || process.getuid?.() !== 0) {
    console.log(`skipped: the image, ${'missing' in buildah ? buildah.missing : 'only root can mount one here'}`);
    return;
  }
  const storage = ['--storage-driver', 'vfs', '--root', join(work, 'images'), '--runroot', join(work, 'run')];
  const build = (context: string, ...args: readonly string[]): unknown =>
    run('buildah', [...storage, 'bud', '--isolation', 'chroot', '--format', 'docker', ...args, context]);
  build(baseContext(), '--tag', 'localhost/node-base');
  const context = join(work, 'docker');
  cpSync('deploy/docker', context, { recursive: true, filter: (file) => !file.endsWith('/app') });
  cpSync(join(prefix, 'node_modules'), join(context, 'app', 'node_modules'), { recursive: true });
  build(context, '--build-arg', 'BASE=localhost/node-base', '--tag', 'localhost/costspan');
  const container = run('buildah', [...storage, 'from', '--name', 'costspan', 'localhost/costspan']).stdout.trim();
  const root = run('buildah', [...storage, 'mount', container]).stdout.trim();
  const { config } = JSON.parse(run('buildah', [...storage, 'inspect', '--type', 'image', 'localhost/costspan']).stdout).Docker;
  if (config.User !== '10001:10001') throw new Error(`image: expected user 10001:10001, found ${config.User}`);
  const entrypoint: readonly string[] = config.Entrypoint;
  // What a container runtime does with --read-only and a volume: the root read-only, the volume writable.
  const enter = join(work, 'enter.sh');
  writeFileSync(
    enter,
    `set -e
mount --bind "${root}" "${root}"
mount -o remount,bind,ro "${root}"
mount -t tmpfs -o mode=0700,uid=10001,gid=10001 tmpfs "${root}/var/lib/costspan"
mount -t proc proc "${root}/proc"
PATH="$PATH:/usr/sbin:/sbin"
exec chroot --userspec=10001:10001 "${root}" ${entrypoint.join(' ')} "$@"
`,
  );
  mkdirSync(join(root, 'proc'), { recursive: true });
  await servesAndReportsInside(['--mount', '--pid', '--fork', 'sh', enter]);
  console.log('ok: the image, as user 10001 on a read-only root');
}

/** Each call has a volume of its own, so here the service answers for itself. */
async function servesAndReportsInside(args: readonly string[]): Promise<void> {
  const version = run('unshare', [...args, '--version']).stdout.trim();
  if (!/^\d+\.\d+\.\d+/.test(version)) throw new Error(`image: --version printed ${JSON.stringify(version)}`);
  const serve = ['serve', '--endpoint', '127.0.0.1:0', '--ledger', '/var/lib/costspan/costspan.db'];
  // A group of its own: the signal must reach the service, not only the one who started it.
  const service = spawn('unshare', [...args, ...serve], { detached: true });
  let said = '';
  const url = await new Promise<string>((resolve, reject) => {
    const hear = (text: string): void => {
      said += text;
      const [, found] = /(http:\/\/127\.0\.0\.1:\d+)/.exec(said) ?? [];
      if (found !== undefined) resolve(found);
    };
    service.stdout.setEncoding('utf8').on('data', hear);
    service.stderr.setEncoding('utf8').on('data', hear);
    service.on('exit', (code) => reject(new Error(`image: serve ended with ${code}:\n${said}`)));
  });
  try {
    const answer = await fetch(`${url}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: oneCall(),
    });
    const metrics = await (await fetch(`${url}/metrics`)).text();
    if (answer.status !== 200 || !/accepted_spans\S* 1\n/.test(metrics)) {
      throw new Error(`image: /v1/traces answered ${answer.status}; metrics:\n${metrics}`);
    }
  } finally {
    service.removeAllListeners('exit');
    process.kill(-(service.pid ?? 0), 'SIGTERM');
    await once(service, 'close');
  }
}

/** A context for an image of nothing but this Node, the libraries it loads and the folders it expects. */
function baseContext(): string {
  const context = join(work, 'base');
  const files = [process.execPath, ...libraries(process.execPath)];
  for (const file of files) {
    const target = file === process.execPath ? '/usr/local/bin/node' : file;
    mkdirSync(join(context, 'root', dirname(target)), { recursive: true });
    copyFileSync(file, join(context, 'root', target));
  }
  mkdirSync(join(context, 'root', 'tmp'), { recursive: true });
  mkdirSync(join(context, 'root', 'proc'), { recursive: true });
  writeFileSync(join(context, 'Dockerfile'), 'FROM scratch\nCOPY root/ /\nENV PATH=/usr/local/bin\n');
  return context;
}

function libraries(program: string): readonly string[] {
  return [...run('ldd', [program]).stdout.matchAll(/(\/\S+\.so[\w.]*) \(0x/g)].map(([, file = '']) => file);
}

/** Lets systemd read the unit, with the program where the unit expects it. */
function unit(): void {
  const analyze = debianProgram('/usr/bin/systemd-analyze', 'systemd');
  if ('missing' in analyze) {
    console.log(`skipped: the systemd unit, ${analyze.missing}`);
    return;
  }
  const program = join(work, 'costspan');
  writeFileSync(program, '#!/bin/sh\n', { mode: 0o755 });
  const file = join(work, 'costspan.service');
  writeFileSync(file, readFileSync('deploy/systemd/costspan.service', 'utf8').replaceAll('/usr/bin/costspan', program));
  const { stdout, stderr } = run('systemd-analyze', ['verify', '--man=no', file]);
  if (`${stdout}${stderr}`.includes('costspan.service')) throw new Error(`systemd-analyze verify:\n${stdout}${stderr}`);
  console.log('ok: the systemd unit');
}

function run(program: string, args: readonly string[], { cwd }: { readonly cwd?: string } = {}): SpawnSyncReturns<string> {
  const result = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024, ...(cwd !== undefined && { cwd }) });
  if (result.status === 0) return result;
  const said = result.error?.message ?? `${result.stdout}${result.stderr}`;
  throw new Error(`${program} ${args.join(' ')} ended with ${result.status ?? result.signal}:\n${said}`);
}
