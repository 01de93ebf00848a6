import Table from 'cli-table3';

export type Column = { readonly head: string; readonly align?: 'left' | 'right' };

/** A table without colours and frames, columns two spaces apart, a line under the head, ready to be copied into a mail. */
export function plainTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const table = new Table({
    head: columns.map(({ head }) => head),
    colAligns: columns.map(({ align }) => align ?? 'left'),
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0, compact: true },
    chars: {
      ...{ top: '', 'top-mid': '', 'top-left': '', 'top-right': '', bottom: '', 'bottom-mid': '', 'bottom-left': '' },
      ...{ 'bottom-right': '', left: '', 'left-mid': '', right: '', 'right-mid': '', mid: '─', 'mid-mid': '──', middle: '  ' },
    },
  });
  for (const row of rows) table.push([...row]);
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}
