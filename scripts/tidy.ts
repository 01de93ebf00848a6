// House rules that no other tool checks. Each finding names the file, what was found and what to do.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { isMain } from './is-main.ts';

type Rule = {
  readonly files: RegExp;
  readonly except?: RegExp;
  readonly found: RegExp;
  readonly advice: string;
};

/** What must not be found where. Exported for its own test. */
export const rules: readonly Rule[] = [
  {
    files: /^(pnpm-lock\.yaml|\.npmrc|.*package\.json)$/,
    found: /https?:\/\/[\w.-]*(registry|proxy|mirror|artifact)[\w.-]*/,
    advice: 'remove the registry host: a lock file names packages, not places',
  },
  {
    files: /\.(ts|mjs|cjs|md|ya?ml|json)$/,
    except: /^(scripts|test)\/tidy\.|fixtures|catalog/,
    found: /\/(home|root|work|Users)\/[\w.-]+\//,
    advice: 'remove the machine path',
  },
  {
    files: /\.(ts|mjs|cjs)$/,
    except: /^scripts\/tidy\.ts$|^test\/tidy/,
    found: /\b(TODO|FIXME|XXX)\b/,
    advice: 'do it now or leave it out',
  },
  {
    files: /^packages\/(pricing|ledger)\/(src|test)\/.*\.ts$/,
    found: /toBeCloseTo|parseFloat\(/,
    advice: 'money is exact: compare and print through money.ts',
  },
  { files: /\/src\/.*\.ts$/, except: /generated/, found: /^export \* from/m, advice: 'list the exports one by one' },
  { files: /(^|\/)(utils|helpers|common)\.ts$/, found: /^/, advice: 'name the file after what it exports' },
];

/** The most lines a hand-written source file may have. */
const sourceLinesMax = 400;

/** Findings in one file, each as one line of text. */
export function findings(path: string, text: string): readonly string[] {
  const broken = rules
    .filter(({ files, except, found }) => files.test(path) && except?.test(path) !== true && found.test(text))
    .map(({ found, advice }) => `${path}: found ${JSON.stringify(found.exec(text)?.[0])}; ${advice}`);
  const lines = text.split('\n').length;
  const long =
    /\/src\/.*\.ts$/.test(path) &&
    !path.includes('.generated.') &&
    !path.startsWith('packages/semconv/') &&
    lines > sourceLinesMax;
  return long ? [...broken, `${path}: ${lines} lines, at most ${sourceLinesMax}; split it by what its parts are for`] : broken;
}

if (isMain(import.meta.url)) {
  const files = execFileSync('git', ['ls-files', '-z'], { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 })
    .split('\0')
    .filter(Boolean);
  const all = files.flatMap((path) => findings(path, readFileSync(path, 'utf8')));
  for (const finding of all) console.error(finding);
  if (all.length > 0) process.exit(1);
}
