import type { CostCell } from '@costspan/ledger';
import { Temporal } from 'temporal-polyfill';

/** A stretch of the calendar that entries can be summed by. */
export type CalendarUnit = 'hour' | 'day' | 'week' | 'month';

/** Cells by quarter of an hour, in Unix seconds, as cells by hour (`2026-06-01T14:00`), day (`2026-06-01`), ISO week (`2026-W23`) or month of a time zone. */
export function cellsByCalendar(cells: Iterable<CostCell>, unit: CalendarUnit, timeZone: string): readonly CostCell[] {
  const names = new Map<string, string>();
  return [...cells].map((cell) => {
    const { value } = cell;
    if (value === undefined) return cell;
    let name = names.get(value);
    if (name === undefined) {
      name = nameOf(BigInt(value), unit, timeZone);
      names.set(value, name);
    }
    return { ...cell, value: name };
  });
}

/** Senders state any instant, also ones no calendar has: those are shown as they are. */
function nameOf(atSeconds: bigint, unit: CalendarUnit, timeZone: string): string {
  let local: Temporal.PlainDateTime;
  try {
    local = new Temporal.Instant(atSeconds * 1_000_000_000n).toZonedDateTimeISO(timeZone).toPlainDateTime();
  } catch {
    return `${atSeconds} s`;
  }
  if (unit === 'hour') return `${local.toString().slice(0, 13)}:00`;
  const date = local.toPlainDate();
  if (unit === 'day') return date.toString();
  if (unit === 'month') return date.toPlainYearMonth().toString();
  return `${date.yearOfWeek}-W${String(date.weekOfYear).padStart(2, '0')}`;
}
