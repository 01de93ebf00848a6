import type { Candidate } from './candidate.ts';
import type { CompiledModifier } from './compiled-book.ts';
import { type Conditions, isInForce, meetsConditions, type Validity } from './compiled-row.ts';
import { minuteOfDay } from './instant.ts';
import type { Reason } from './reasons.ts';
import type { UnitPrices } from './resolve.ts';

/** When and how large: what decides between candidates. */
export type Moment = { readonly atMs: number; readonly inputTokens: number };

/** The candidate that prices a unit at a moment, or why there is none. */
export const choose = ({ candidates, missesTier, missesRegion }: UnitPrices, moment: Moment): Candidate | Reason => {
  for (let at = 0; at < candidates.length; at += 1) {
    const candidate = candidates[at]!;
    if (!holds(candidate, moment)) continue;
    if (candidate.contextRows.length > 0 && candidate.contextRows.some((row) => isHolding(row, moment)))
      return 'no-price-for-context';
    if (candidate.row.match.kind === 'pattern' && isAmbiguous(candidates, at, moment)) return 'price-ambiguous';
    return candidate;
  }
  if (missesTier) return 'no-price-for-tier';
  if (candidates.length === 0) return missesRegion ? 'no-price-for-region' : 'no-price';
  const inForce = candidates.filter(({ row }) => isInForce(row, moment.atMs));
  if (inForce.length === 0) return 'no-price-at-time';
  return inForce.some((candidate) => candidate.needsTierModifier) ? 'no-price-for-tier' : 'no-price-for-conditions';
};

/** The modifiers of a candidate that hold at a moment. */
export const holdingModifiers = ({ modifiers }: Candidate, moment: Moment): readonly CompiledModifier[] =>
  modifiers.length === 0 ? modifiers : modifiers.filter((modifier) => isHolding(modifier, moment));

const isHolding = (one: Conditions & Validity, { atMs, inputTokens }: Moment): boolean =>
  isInForce(one, atMs) && meetsConditions(one, inputTokens, one.timeFrom === -1 ? 0 : minuteOfDay(atMs));

const holds = (candidate: Candidate, moment: Moment): boolean =>
  isHolding(candidate.row, moment) &&
  (!candidate.needsTierModifier || holdingModifiers(candidate, moment).some(({ tier }) => tier !== undefined));

/** Whether another pattern of the same weight holds with the same precedence and another price. Loading sees most of these, not all. */
const isAmbiguous = (candidates: readonly Candidate[], at: number, moment: Moment): boolean => {
  const { row, reason } = candidates[at]!;
  for (let next = at + 1; next < candidates.length; next += 1) {
    const { row: other, reason: otherReason } = candidates[next]!;
    const isPeer =
      other.match.kind === 'pattern' &&
      other.match.rank === row.match.rank &&
      other.layerRank === row.layerRank &&
      other.keyCount === row.keyCount &&
      other.inputMin === row.inputMin &&
      other.fromMs === row.fromMs &&
      other.unit === row.unit &&
      otherReason === reason;
    if (!isPeer) return false;
    const hasSamePrice = other.amount === row.amount && other.per === row.per && other.currency === row.currency;
    if (!hasSamePrice && isHolding(other, moment)) return true;
  }
  return false;
};
