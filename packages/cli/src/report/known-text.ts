import { isExcluded, isUnpriced, type KnownBy } from '@costspan/ledger';
import { shareOf } from '@costspan/pricing';
import { type AmountText, amountText, sumText } from './amount-text.ts';
import { plainTable } from './plain-table.ts';
import type { Report } from './report-data.ts';

/** How the total is known, part by part, and how much of what was seen has a price at all. */
export function knownText(report: Report): string {
  if (report.known.length === 0) return '';
  const { known, header } = report;
  const write = amountText(
    header.currency,
    known.map(({ amountPico }) => amountPico),
  );
  const rows = known.map((part) => [
    knownMeaning(part.status),
    String(part.entries),
    partText(part, write),
    part.lowPico === part.highPico ? '' : `${write(part.lowPico)} to ${write(part.highPico)}`,
  ]);
  const columns = [
    { head: 'how it is known' },
    { head: 'spans', align: 'right' as const },
    { head: header.currency, align: 'right' as const },
    { head: 'can be' },
  ];
  const table = known.every(({ status }) => status === 'priced') ? '' : `${plainTable(columns, rows)}\n`;
  return `${table}${coverageText(report.seen)}`;
}

function partText({ status, entries, amountPico }: KnownBy, write: AmountText): string {
  if (isExcluded(status)) return '';
  if (!isUnpriced(status)) return write(amountPico);
  // The number of spans stands in the column before.
  return amountPico === 0n ? '?' : sumText({ amountPico, unpriced: entries }, write);
}

/** `Priced share of seen spans: 99.12 % (226 of 228). Reconciled with invoices: no.` */
export function coverageText(parts: readonly KnownBy[]): string {
  const billable = parts.filter(({ status }) => !isExcluded(status));
  const seen = countOf(billable);
  const priced = countOf(billable.filter(({ status }) => !isUnpriced(status)));
  const share = seen === 0 ? '' : `${shareOf(BigInt(priced), BigInt(seen), 2) ?? ''} % (${priced} of ${seen})`;
  return `Priced share of seen spans: ${share === '' ? 'none seen' : share}. Reconciled with invoices: no.`;
}

function countOf(parts: readonly KnownBy[]): number {
  return parts.reduce((sum, { entries }) => sum + entries, 0);
}

/** What people call a cost of this status. */
export function knownMeaning(status: KnownBy['status']): string {
  return meanings[status];
}

const meanings: Readonly<Record<KnownBy['status'], string>> = {
  priced: 'exact, from the price book',
  provider_reported: 'as the provider reported it',
  declared: 'as the application declared it',
  estimated: 'estimated',
  unpriced: 'no price',
  usage_missing: 'no usage was seen',
  invalid_usage: 'impossible usage',
  non_billable: 'not billed',
  aggregate: 'aggregate (its parts are priced)',
  duplicate: 'duplicate (the other one is priced)',
};
