import { Temporal } from 'temporal-polyfill';

/** Thrown for a time or zone that cannot be read; the message says what is expected. */
export class InvalidPeriodError extends Error {}

/** A period from its first instant to the one it ends before, Unix nanoseconds. */
export type Period = { readonly fromNs?: bigint; readonly toNs?: bigint };

/**
 * The instant a text names, Unix nanoseconds: `2026-06-01` is midnight in the time zone, `2026-06-01T14:30` is local time, and
 * `2026-06-01T14:30Z` or `...+02:00` says its offset. Throws InvalidPeriodError for anything else.
 */
export function instantNs(text: string, timeZone: string): bigint {
  const expected = `expected a day like 2026-06-01 or a time like 2026-06-01T14:30, found "${text}"`;
  if (!/^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})?)?$/.test(text)) {
    throw new InvalidPeriodError(expected);
  }
  try {
    if (/(Z|[+-]\d{2}:\d{2})$/.test(text.slice(10))) return Temporal.Instant.from(text).epochNanoseconds;
    return Temporal.PlainDateTime.from(text, { overflow: 'reject' }).toZonedDateTime(timeZone).epochNanoseconds;
  } catch {
    throw new InvalidPeriodError(`${expected}, which no calendar has`);
  }
}

/** The whole year, month or day that a text like `2026`, `2026-06` or `2026-06-01` names, in the time zone. */
export function calendarPeriod(text: string, timeZone: string): Period {
  const [year, month, day] = text.split('-').map(Number);
  const expected = `expected a year, month or day like 2026, 2026-06 or 2026-06-01, found "${text}"`;
  if (!/^\d{4}(-\d{2}(-\d{2})?)?$/.test(text) || year === undefined) throw new InvalidPeriodError(expected);
  try {
    const first = Temporal.PlainDate.from({ year, month: month ?? 1, day: day ?? 1 }, { overflow: 'reject' });
    const next = first.add(day !== undefined ? { days: 1 } : month !== undefined ? { months: 1 } : { years: 1 });
    return { fromNs: startOf(first, timeZone), toNs: startOf(next, timeZone) };
  } catch (error) {
    if (error instanceof InvalidPeriodError) throw error;
    throw new InvalidPeriodError(`${expected}, which no calendar has`);
  }
}

/** The time zone as its registry writes it. Throws InvalidPeriodError for one that does not exist. */
export function knownTimeZone(text: string): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone;
  } catch {
    throw new InvalidPeriodError(`expected a time zone like Europe/Berlin or UTC, found "${text}"`);
  }
}

function startOf(date: Temporal.PlainDate, timeZone: string): bigint {
  return date.toZonedDateTime(timeZone).epochNanoseconds;
}
