// The page of limits, from the doc comments and values of every limits.ts.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as imports from '../../packages/cli/src/entries/limits.ts';
import * as questions from '../../packages/cli/src/prices/limits.ts';
import * as api from '../../packages/collector-processor/src/api/limits.ts';
import * as dimensions from '../../packages/collector-processor/src/dimensions/limits.ts';
import * as service from '../../packages/collector-processor/src/limits.ts';
import * as codec from '../../packages/collector-processor/src/otlp/limits.ts';
import * as meter from '../../packages/collector-processor/src/stages/limits.ts';
import * as store from '../../packages/collector-processor/src/store/limits.ts';
import * as ledger from '../../packages/ledger/src/limits.ts';
import * as pricebook from '../../packages/pricebook/src/limits.ts';
import * as pricing from '../../packages/pricing/src/limits.ts';
import * as sdk from '../../packages/sdk/src/limits.ts';
import type { GeneratedFile } from '../generate.ts';

type Part = { readonly title: string; readonly source: string; readonly values: Readonly<Record<string, unknown>> };

const parts: readonly Part[] = [
  { title: 'Service', source: 'packages/collector-processor/src/limits.ts', values: service },
  { title: 'OTLP codec', source: 'packages/collector-processor/src/otlp/limits.ts', values: codec },
  { title: 'Meter', source: 'packages/collector-processor/src/stages/limits.ts', values: meter },
  { title: 'File of dimensions', source: 'packages/collector-processor/src/dimensions/limits.ts', values: dimensions },
  { title: 'Ledger file', source: 'packages/collector-processor/src/store/limits.ts', values: store },
  { title: 'Ledger', source: 'packages/ledger/src/limits.ts', values: ledger },
  { title: 'HTTP API', source: 'packages/collector-processor/src/api/limits.ts', values: api },
  { title: 'Pricing', source: 'packages/pricing/src/limits.ts', values: pricing },
  { title: 'Price book files', source: 'packages/pricebook/src/limits.ts', values: pricebook },
  { title: 'SDK', source: 'packages/sdk/src/limits.ts', values: sdk },
  { title: 'costspan import', source: 'packages/cli/src/entries/limits.ts', values: imports },
  { title: 'costspan price', source: 'packages/cli/src/prices/limits.ts', values: questions },
];

/** The reference page of every limit with its reason. */
export function limitsFiles(root: string): readonly GeneratedFile[] {
  const sections = parts.map(({ title, source, values }) => {
    const rows = limitsOf(readFileSync(join(root, source), 'utf8')).map(
      ({ name, reason }) => `| \`${name}\` | ${valueText(name, values[name])} | ${reason} |`,
    );
    return `## ${title}\n\n[${source}](../../${source})\n\n| limit | value | why |\n| --- | --- | --- |\n${rows.join('\n')}`;
  });
  const text = `<!-- Generated from every limits.ts by \`node scripts/generate.ts\`. Do not edit. -->

# Limits

Everything has a bound. At the bound of the service a request is refused in a way that lets its sender try again, or something is
left out and counted. Where it says "Default", [the configuration](config.md) may change it.

${sections.join('\n\n')}
`;
  return [{ path: join(root, 'docs/reference/limits.md'), text }];
}

/** Exported constants of a source with their doc comments, in the order of the file. */
function limitsOf(source: string): ReadonlyArray<{ readonly name: string; readonly reason: string }> {
  return [...source.matchAll(/\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*export const (\w+)/g)].map(([, comment = '', name = '']) => ({
    name,
    reason: comment
      .replaceAll(/\s*\n\s*\*\s?/g, ' ')
      .replaceAll(/\{@link (\w+)\}/g, '`$1`')
      .replaceAll('|', '\\|')
      .trim(),
  }));
}

const byteUnits = ['bytes', 'KiB', 'MiB', 'GiB'] as const;
const timeUnits = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
] as const;

function valueText(name: string, value: unknown): string {
  const number = typeof value === 'bigint' ? Number(value) : value;
  if (typeof number !== 'number') throw new Error(`limits: ${name}: expected a number, found ${typeof value}`);
  if (/ns(Max)?$/i.test(name) && typeof value === 'bigint') return timeText(number / 1e6);
  if (/Ms(Max|Min|Default)?$/.test(name)) return timeText(number);
  if (/Kibibytes$/.test(name)) return bytesText(number * 1_024);
  if (/Mebibytes$/.test(name)) return bytesText(number * 1_048_576);
  return /bytes(_?max|_?min)?$/i.test(name) ? bytesText(number) : number.toLocaleString('en-US');
}

function timeText(durationMs: number): string {
  const [unit, unitMs] = timeUnits.find(([, each]) => durationMs >= each && durationMs % each === 0) ?? ['ms', 1];
  const count = (durationMs / unitMs).toLocaleString('en-US');
  return unit === 'ms' ? `${count} ms` : `${count} ${unit}${count === '1' ? '' : 's'}`;
}

function bytesText(bytes: number): string {
  let [count, unit] = [bytes, 0];
  while (count >= 1_024 && count % 1_024 === 0 && unit < byteUnits.length - 1) [count, unit] = [count / 1_024, unit + 1];
  return `${count.toLocaleString('en-US')} ${byteUnits[unit]}`;
}
