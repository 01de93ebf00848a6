import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { repository } from '../support/cache-folder.ts';

/** What was seen at the end of one fault. */
export type Seen = {
  readonly tried: string;
  readonly example: string;
  readonly isNoticed: boolean;
  readonly splitsTraces?: boolean;
  /** Entries in the end, and in the undisturbed run. */
  readonly entries: number;
  readonly entriesExpected: number;
};

const page = join(repository, 'docs/collector.md');
const table = /(?<=<!-- faults: written by the test -->\n)[\s\S]*?(?=<!-- end of faults -->)/;

/** The table of the documentation: as it stands there, or as it should be after what was seen. */
export async function faultTable(seen?: readonly Seen[]): Promise<string | undefined> {
  if (seen === undefined) return table.exec(await readFile(page, 'utf8'))?.[0];
  const rows = seen.map(({ example, tried, isNoticed, splitsTraces, entries, entriesExpected }) => {
    const application = isNoticed ? 'sends again what was not acknowledged' : 'notices nothing';
    const equal = splitsTraces === true ? 'equal in cost; where the span names its item, in everything' : 'equal';
    return `| ${example} | ${tried} | ${application} | ${entries} of ${entriesExpected}, ${equal} |`;
  });
  return [
    '',
    '| example | what was tried | the application | entries, compared with the undisturbed run |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
    '',
  ].join('\n');
}

/** Writes the table into the documentation. */
export async function writeFaultTable(seen: readonly Seen[]): Promise<void> {
  const text = (await faultTable(seen)) ?? '';
  await writeFile(
    page,
    (await readFile(page, 'utf8')).replace(table, () => text),
  );
}
