import { type CompiledMatch, type CompiledRow, compileRow, parsedDecimal } from './compiled-row.ts';
import { compareDecimals, costOfCount, formatDecimal, formatExact, multiplyDecimals, rateOf } from './money.ts';
import type { PriceBook, Role } from './price-book.ts';

/** The provider people are priced under; their role stands where others have a model. */
export const HUMAN_PROVIDER = 'human';

/** The unit of their time. */
export const HUMAN_UNIT = 'human_ms';

const MS_PER_HOUR = '3600000';

/** A role as a price of milliseconds. A yearly cost stays a fraction: cost / (productive hours x 3,600,000), divided last. */
export const compileRole = (role: Role, match: CompiledMatch, book: Pick<PriceBook, 'layer' | 'currency'>): CompiledRow => {
  const { amount, per } = amountOfRole(role);
  const row = compileRow(
    {
      id: `${HUMAN_PROVIDER}/${role.role}${role.valid_from === undefined ? '' : `@${role.valid_from}`}`,
      provider: HUMAN_PROVIDER,
      match: { exact: role.role },
      unit: HUMAN_UNIT,
      amount,
      per,
      status: 'list',
      ...(role.valid_from === undefined ? {} : { valid_from: role.valid_from }),
      ...(role.valid_to === undefined ? {} : { valid_to: role.valid_to }),
    },
    match,
    book,
  );
  return { ...row, incrementMs: role.increment_ms ?? 1, defaultTouchMs: role.default_touch_ms };
};

const amountOfRole = (role: Role): { readonly amount: string; readonly per: string } => {
  if (role.hourly !== undefined) return { amount: role.hourly, per: MS_PER_HOUR };
  const hours = multiplyDecimals(parsedDecimal(role.productive_hours ?? '1'), parsedDecimal(MS_PER_HOUR));
  return { amount: role.yearly ?? '0', per: formatDecimal(hours) };
};

/** Hourly rates between which a role raises no eyebrow, decimal text. */
export type HourlyRange = { readonly low: string; readonly high: string };

/** Why the implied hourly rate of a role deserves a second look, or undefined. Compared by products, without a division. */
export const hourlyWarning = (role: Role, range: HourlyRange): string | undefined => {
  const { amount, per } = amountOfRole(role);
  const cost = multiplyDecimals(parsedDecimal(amount), parsedDecimal(MS_PER_HOUR));
  const isBelow = compareDecimals(cost, multiplyDecimals(parsedDecimal(range.low), parsedDecimal(per))) < 0;
  const isAbove = compareDecimals(cost, multiplyDecimals(parsedDecimal(range.high), parsedDecimal(per))) > 0;
  if (!isBelow && !isAbove) return undefined;
  const hourly = formatExact(costOfCount(rateOf(parsedDecimal(amount), parsedDecimal(per)), Number(MS_PER_HOUR)));
  return `role ${role.role} costs ${hourly} an hour, outside ${range.low} to ${range.high}; check the rate, yearly cost and productive hours`;
};
