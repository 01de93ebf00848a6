import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Source } from './sources.ts';

/** Packages of a source, installed, with its scenario ready to run. */
export type Environment = {
  readonly command: string;
  readonly args: readonly string[];
  /** What was installed, by package. */
  readonly versions: Readonly<Record<string, string>>;
};

const scenarios = join(import.meta.dirname, 'scenarios');

/** Installs the packages of a source into a folder. A folder that holds an earlier installation is used again. */
export function install(source: Source, folder: string): Environment {
  mkdirSync(folder, { recursive: true });
  return source.runtime === 'node' ? installNode(source, folder) : installPython(source, folder);
}

function installNode({ scenario, packages }: Source, folder: string): Environment {
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies: packages }));
  cpSync(scenarios, folder, { recursive: true });
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', '--legacy-peer-deps'], {
    cwd: folder,
    stdio: 'inherit',
  });
  const versionOf = (name: string): string =>
    JSON.parse(readFileSync(join(folder, 'node_modules', name, 'package.json'), 'utf8')).version;
  const versions = Object.fromEntries(Object.keys(packages).map((name) => [name, versionOf(name)]));
  return { command: process.execPath, args: [join(folder, `${scenario}.mjs`)], versions };
}

function installPython({ scenario, packages, bare = {} }: Source, folder: string): Environment {
  const interpreter = join(folder, 'bin', 'python');
  if (!existsSync(interpreter)) execFileSync('python3', ['-m', 'venv', folder], { stdio: 'inherit' });
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'];
  execFileSync(interpreter, [...pip, ...requirements(packages)], { stdio: 'inherit' });
  if (Object.keys(bare).length > 0) execFileSync(interpreter, [...pip, '--no-deps', ...requirements(bare)], { stdio: 'inherit' });
  const listed: readonly { readonly name: string; readonly version: string }[] = JSON.parse(
    execFileSync(interpreter, ['-m', 'pip', 'list', '--format=json', '--disable-pip-version-check'], { encoding: 'utf8' }),
  );
  const versionOf = new Map(listed.map(({ name, version }) => [name.toLowerCase().replaceAll('_', '-'), version]));
  const names = Object.keys({ ...packages, ...bare });
  const versions = Object.fromEntries(names.map((name) => [name, versionOf.get(name) ?? 'unknown']));
  return { command: interpreter, args: ['-B', join(scenarios, 'python', `${scenario}.py`)], versions };
}

/** A version without a dot stands for its newest release. */
function requirements(packages: Source['packages']): readonly string[] {
  return Object.entries(packages).map(([name, version]) => `${name}==${version.includes('.') ? version : `${version}.*`}`);
}
