import type { Gap } from '@costspan/collector-processor';
import type { CategorySum } from '@costspan/ledger';
import { amountText, sumText } from './amount-text.ts';
import { plainTable } from './plain-table.ts';
import { nameCharactersMax, safeText } from './safe-text.ts';

/** Sources named for a reason; the rest is counted. */
const sourcesMax = 3;

export type GapsTextOptions = {
  readonly title: string;
  /** Present when what the spans cost is known. */
  readonly currency?: string;
};

/** What is not known about some spans: one line per reason, with the sources that have it most. Empty without gaps. */
export function gapsText(gaps: readonly Gap[], { title, currency }: GapsTextOptions): string {
  if (gaps.length === 0) return '';
  const amounts =
    currency === undefined
      ? undefined
      : amountText(
          currency,
          gaps.map(({ amountPico }) => amountPico),
        );
  const rows = byReason(gaps).map(([reason, ofReason]) => [
    safeText(reason),
    String(ofReason.reduce((sum, { entries }) => sum + entries, 0)),
    ...(amounts === undefined ? [] : [sumText(sumOf(ofReason), amounts)]),
    sourcesText(ofReason),
  ]);
  const columns = [
    { head: 'reason' },
    { head: 'spans', align: 'right' as const },
    ...(currency === undefined ? [] : [{ head: currency, align: 'right' as const }]),
    { head: 'from' },
  ];
  return `${title}\n${plainTable(columns, rows)}`;
}

function byReason(gaps: readonly Gap[]): readonly (readonly [string, readonly Gap[]])[] {
  const reasons = new Map<string, Gap[]>();
  for (const gap of gaps) {
    const ofReason = reasons.get(gap.reason);
    if (ofReason === undefined) reasons.set(gap.reason, [gap]);
    else ofReason.push(gap);
  }
  return [...reasons];
}

function sumOf(gaps: readonly Gap[]): CategorySum {
  return {
    amountPico: gaps.reduce((sum, { amountPico }) => sum + amountPico, 0n),
    unpriced: gaps.reduce((sum, { unpriced }) => sum + unpriced, 0),
  };
}

function sourcesText(gaps: readonly Gap[]): string {
  const named = gaps.slice(0, sourcesMax).map(({ category, provider, model, entries }) => {
    const source = [provider, model].filter((part) => part !== '').join('/');
    return `${safeText(`${category} ${source}`.trim(), nameCharactersMax)} (${entries})`;
  });
  return [...named, ...(gaps.length > sourcesMax ? [`${gaps.length - sourcesMax} more`] : [])].join(', ');
}
