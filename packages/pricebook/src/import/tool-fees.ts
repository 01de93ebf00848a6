import type { PriceRow } from '@costspan/pricing';
import { rowId } from './row-id.ts';
import { matchText } from './upstream-match.ts';

type ToolFee = Pick<PriceRow, 'provider' | 'unit' | 'amount' | 'per'> & {
  readonly source: NonNullable<PriceRow['source']>;
  /** The fee holds for every name that has a price of this unit. */
  readonly beside: PriceRow['unit'];
};

/**
 * Fees of tools that a provider hosts and upstream does not list. They are rows of each model rather than one row for any
 * name, because a row for any name would make an unknown model look known.
 */
const TOOL_FEES: readonly ToolFee[] = [
  {
    provider: 'openai',
    beside: 'web_searches',
    unit: 'code_sessions',
    amount: '0.03',
    per: '1',
    source: {
      url: 'https://community.openai.com/t/1364328',
      retrieved_at: '2025-11-17',
      note: 'code interpreter container of the smallest size',
    },
  },
  {
    provider: 'x-ai',
    beside: 'output_text_tokens',
    unit: 'web_searches',
    amount: '5',
    per: '1000',
    source: { url: 'https://docs.x.ai/developers/pricing', retrieved_at: '2026-09-19' },
  },
];

/** The rows of these fees for the names in `rows`. */
export function toolFeeRows(rows: readonly PriceRow[]): readonly PriceRow[] {
  return TOOL_FEES.flatMap(({ provider, beside, unit, amount, per, source }) => {
    const matches = new Map<string, PriceRow['match']>();
    for (const row of rows) if (row.provider === provider && row.unit === beside) matches.set(matchText(row.match), row.match);
    return [...matches.values()].map(
      (match): PriceRow => ({ id: rowId(provider, match, { unit }), provider, match, unit, amount, per, status: 'list', source }),
    );
  });
}
