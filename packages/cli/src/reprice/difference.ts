import type { Repricing } from '@costspan/collector-processor';
import { isUnpriced } from '@costspan/ledger';
import { formatPico } from '@costspan/pricing';
import { type Column, plainTable } from '../report/plain-table.ts';
import { safeText } from '../report/safe-text.ts';

/** What pricing anew changes for one type of item and category. Amounts in pico units. */
export type Difference = {
  readonly type: string;
  readonly category: string;
  readonly changed: number;
  readonly beforePico: bigint;
  readonly afterPico: bigint;
  /** Entries that had no price and get one, and the other way round. */
  readonly nowPriced: number;
  readonly noLongerPriced: number;
};

/** Adds up what changes, by type and category. */
export type Differences = {
  readonly add: (repricing: Repricing) => void;
  /** By type, then category. */
  readonly all: () => readonly Difference[];
  /** Entries that stay as they are, by why. */
  readonly kept: () => Readonly<Record<string, number>>;
};

/** Begins adding up. */
export function createDifferences(): Differences {
  const sums = new Map<string, Difference>();
  const kept = new Map<string, number>();
  return {
    add: (repricing) => {
      if (repricing.kind !== 'changed') {
        kept.set(repricing.kind, (kept.get(repricing.kind) ?? 0) + 1);
        return;
      }
      const type = repricing.item?.type ?? '(no item)';
      const { category, receipt: after } = repricing.after.observation;
      const key = JSON.stringify([type, category]);
      sums.set(key, plus(sums.get(key) ?? nothing(type, category), repricing.before, after));
    },
    all: () => [...sums].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, difference]) => difference),
    kept: () => Object.fromEntries([...kept].sort(([one], [other]) => (one < other ? -1 : 1))),
  };
}

type Receipt = Repricing['fact']['observation']['receipt'];

function nothing(type: string, category: string): Difference {
  return { type, category, changed: 0, beforePico: 0n, afterPico: 0n, nowPriced: 0, noLongerPriced: 0 };
}

function plus(sum: Difference, before: Receipt, after: Receipt): Difference {
  const [had, has] = [!isUnpriced(before.status), !isUnpriced(after.status)];
  return {
    ...sum,
    changed: sum.changed + 1,
    beforePico: sum.beforePico + before.amountPico,
    afterPico: sum.afterPico + after.amountPico,
    nowPriced: sum.nowPriced + (!had && has ? 1 : 0),
    noLongerPriced: sum.noLongerPriced + (had && !has ? 1 : 0),
  };
}

/** The differences as JSON lines. */
export function differencesJson(differences: Differences, currency: string): string {
  const rows = differences.all().map(({ beforePico, afterPico, ...rest }) => ({
    kind: 'difference',
    type: rest.type,
    category: rest.category,
    currency,
    changed: rest.changed,
    before: formatPico(beforePico),
    after: formatPico(afterPico),
    difference: formatPico(afterPico - beforePico),
    now_priced: rest.nowPriced,
    no_longer_priced: rest.noLongerPriced,
  }));
  return [...rows, { kind: 'kept', ...differences.kept() }].map((row) => `${JSON.stringify(row)}\n`).join('');
}

const whyKept: Readonly<Record<string, string>> = {
  same: 'cost the same with these prices',
  stated: 'have a cost that was stated or is not billed, not one from a price book',
  unreadable: 'cannot be priced again: their usage is impossible, or that of several models together',
  foreign: 'were decided by another ledger; price them anew there',
};

const columns: readonly Column[] = [
  { head: 'type' },
  { head: 'category' },
  { head: 'entries', align: 'right' },
  { head: 'before', align: 'right' },
  { head: 'after', align: 'right' },
  { head: 'difference', align: 'right' },
  { head: '' },
];

/** The differences for people. */
export function differencesText(differences: Differences, currency: string): string {
  // Exact: a difference of a tenth of a cent is what one looks for here.
  const money = (pico: bigint): string => `${formatPico(pico)} ${currency}`;
  const all = differences.all();
  const rows = all.map(({ type, category, changed, beforePico, afterPico, nowPriced, noLongerPriced }) => [
    safeText(type),
    category,
    String(changed),
    money(beforePico),
    money(afterPico),
    money(afterPico - beforePico),
    [nowPriced > 0 ? `${nowPriced} now priced` : '', noLongerPriced > 0 ? `${noLongerPriced} no longer priced` : '']
      .filter(Boolean)
      .join(', '),
  ]);
  const table = all.length === 0 ? 'No entry changes.\n' : `${plainTable(columns, rows)}\n`;
  const kept = Object.entries(differences.kept()).map(([kind, count]) => `  ${count} ${whyKept[kind] ?? kind}\n`);
  return `${table}${kept.length === 0 ? '' : `Unchanged:\n${kept.join('')}`}`;
}
