import type { BudgetPeriod } from './budget-type.ts';

/** Name of the period an instant lies in, UTC: `2026-11-22`, `2026-11-22T14`, `2026-W47`, `2026-11`. */
export const periodOf = (period: BudgetPeriod, atMs: number): string => {
  const iso = new Date(atMs).toISOString();
  switch (period) {
    case 'hour':
      return iso.slice(0, 13);
    case 'day':
      return iso.slice(0, 10);
    case 'month':
      return iso.slice(0, 7);
    case 'week':
      return weekOf(atMs);
    default:
      return period satisfies never;
  }
};

const DAY_MS = 24 * 60 * 60 * 1000;

/** ISO 8601: the week belongs to the year of its Thursday. */
const weekOf = (atMs: number): string => {
  const day = Math.floor(atMs / DAY_MS);
  const thursday = day - ((day + 3) % 7) + 3;
  const year = new Date(thursday * DAY_MS).getUTCFullYear();
  const week = Math.floor((thursday - Date.UTC(year, 0, 1) / DAY_MS) / 7) + 1;
  return `${year}-W${String(week).padStart(2, '0')}`;
};
