import { type CostCell, type CostSums, sumsOfCell, sumUp } from './cost-sums.ts';

/** What the entries with one value of a property cost; `value` is absent for those that do not have the property. */
export type GroupReport = { readonly value?: string; readonly sums: CostSums };

/** One row per value, by value; entries without one come last. Rows of nothing but excluded entries are left out. */
export function reportGroups(cells: Iterable<CostCell>): readonly GroupReport[] {
  const groups = new Map<string | undefined, CostSums[]>();
  for (const cell of cells) {
    const group = groups.get(cell.value);
    if (group === undefined) groups.set(cell.value, [sumsOfCell(cell)]);
    else group.push(sumsOfCell(cell));
  }
  return [...groups]
    .map(([value, parts]) => [value, sumUp(parts)] as const)
    .filter(([, sums]) => sums.spans > 0)
    .sort(([one], [other]) => order(one, other))
    .map(([value, sums]) => ({ ...(value === undefined ? {} : { value }), sums }));
}

function order(one: string | undefined, other: string | undefined): number {
  if (one === undefined || other === undefined) return one === other ? 0 : one === undefined ? 1 : -1;
  return one < other ? -1 : one > other ? 1 : 0;
}
