import type { Match, PriceRow } from '@costspan/pricing';
import { matchText } from './upstream-match.ts';

/** Identifier of a row: who bills what, under which conditions, from when on. It says all that tells rows apart. */
export function rowId(provider: string, match: Match, { unit, when, valid_from: from }: PriceKey): string {
  const tier = when?.service_tier === undefined ? '' : `~${when.service_tier}`;
  const region = when?.region === undefined ? '' : `~${when.region}`;
  const above = when?.input_above === undefined ? '' : `~above-${when.input_above}`;
  const window = when?.time_of_day === undefined ? '' : `~${when.time_of_day.from}-${when.time_of_day.to}`;
  const start = from === undefined ? '' : `@${from}`;
  return `${provider}/${matchText(match)}/${unit}${tier}${region}${above}${window}${start}`;
}

/** What tells the prices of one name apart. */
export type PriceKey = Pick<PriceRow, 'unit' | 'when' | 'valid_from'>;
