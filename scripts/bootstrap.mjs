// Sets the workspace up with nothing but Node 20 and npm, then runs one of its commands on the project's own Node 24.
//
//   node scripts/bootstrap.mjs setup | demo | test [arguments for the command]
//
// pnpm goes into .tools/, Node 24 is a dev dependency. A stamp over every file that decides what gets installed makes
// the second call skip the installation.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const tools = join(root, '.tools');
const stampFile = join(tools, 'installed');
const bin = join(root, 'node_modules', '.bin');
const toolsBin = join(tools, 'node_modules', '.bin');

const commands = {
  setup: [],
  demo: [['node', 'examples/support-desk/main.ts']],
  test: [
    ['tsc', '-b'],
    ['vitest', 'run'],
  ],
};

const [name = '', ...rest] = process.argv.slice(2);
const command = commands[name];
if (command === undefined) {
  fail(`scripts/bootstrap.mjs: expected one of ${Object.keys(commands).join(', ')}, found ${JSON.stringify(name)}`, 2);
}
const [major = 0] = process.versions.node.split('.').map(Number);
if (major < 20) {
  fail(
    `scripts/bootstrap.mjs: needs Node 20 or newer to set the workspace up, found ${process.versions.node}; install a newer Node`,
    1,
  );
}

install();
run('turbo', ['run', 'build', '--output-logs=errors-only', '--log-order=grouped'], { quiet: true });
for (const [index, [program, ...args]] of command.entries()) {
  run(program, index === command.length - 1 ? [...args, ...rest] : args);
}

function install() {
  const stamp = inputsDigest();
  if (existsSync(stampFile) && existsSync(bin) && readFileSync(stampFile, 'utf8') === stamp) return;
  mkdirSync(tools, { recursive: true });
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const version = packageManager.split('@')[1];
  const pnpm = join(toolsBin, process.platform === 'win32' ? 'pnpm.cmd' : 'pnpm');
  if (installedVersion(join(tools, 'node_modules', 'pnpm', 'package.json')) !== version) {
    console.error(`Setting up: pnpm ${version} ...`);
    run('npm', ['install', '--prefix', tools, '--no-save', '--no-audit', '--no-fund', '--loglevel=error', packageManager], {
      quiet: true,
    });
  }
  console.error('Setting up: dependencies and Node 24 ...');
  run(pnpm, ['install', '--frozen-lockfile', '--reporter=append-only'], { quiet: true });
  writeFileSync(stampFile, inputsDigest());
}

function inputsDigest() {
  const hash = createHash('sha256');
  const files = ['package.json', 'pnpm-lock.yaml', 'pnpm-workspace.yaml', '.npmrc'];
  for (const folder of ['packages', 'examples']) {
    for (const entry of existsSync(join(root, folder)) ? readdirSync(join(root, folder)).sort() : []) {
      files.push(join(folder, entry, 'package.json'));
    }
  }
  for (const file of [...files, join('benches', 'package.json')]) {
    if (existsSync(join(root, file))) hash.update(file).update(readFileSync(join(root, file)));
  }
  return hash.digest('hex');
}

function installedVersion(packageFile) {
  return existsSync(packageFile) ? JSON.parse(readFileSync(packageFile, 'utf8')).version : undefined;
}

/** Runs a program with the workspace's own tools first on the path. Quiet: its output is shown only when it fails. */
function run(program, args, { quiet = false } = {}) {
  const env = {
    ...process.env,
    PATH: [bin, toolsBin, process.env.PATH ?? ''].join(delimiter),
    TURBO_TELEMETRY_DISABLED: '1',
    DO_NOT_TRACK: '1',
  };
  const result = spawnSync(program, args, {
    cwd: root,
    env,
    stdio: quiet ? ['ignore', 'pipe', 'pipe'] : 'inherit',
    shell: process.platform === 'win32',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (result.error !== undefined) fail(`${program}: could not be started: ${result.error.message}`, 1);
  if (result.status !== 0) {
    if (quiet) process.stderr.write(`${result.stdout}${result.stderr}`);
    fail(`${program} ${args.join(' ')}: ended with ${result.status ?? result.signal}`, result.status ?? 1);
  }
}

function fail(message, status) {
  console.error(message);
  process.exit(status);
}
