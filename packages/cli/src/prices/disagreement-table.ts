import Table from 'cli-table3';
import type { DisagreementReport } from './disagreements.ts';

/** The report for people: a table of what differs, and the sums. */
export function disagreementTable({ compared, differing, disagreements, unknown }: DisagreementReport, other: string): string {
  const table = new Table({ head: ['provider', 'model', 'unit', 'ours', 'theirs'], style: { head: [], border: [] } });
  for (const { provider, model, unit, ours = 'none', theirs = 'none' } of disagreements)
    table.push([provider, model, unit, ours, theirs]);
  return [
    ...(disagreements.length === 0 ? [] : [table.toString(), 'prices per million tokens']),
    `${compared} models in both; ${differing} differ from ${other} in ${disagreements.length} prices`,
    `${unknown.length} of its models are not in the book`,
    '',
  ].join('\n');
}
