import { Temporal } from 'temporal-polyfill';

/** An instant to the second, in UTC unless told: `2026-06-01 12:00:05`. */
export function timeText(atNs: bigint, timeZone: string = 'UTC'): string {
  return localText(atNs, timeZone).slice(0, 19).replace('T', ' ');
}

/** The time of day of an instant in UTC, to the millisecond: `12:00:05.250`. */
export function timeOfDayText(atNs: bigint): string {
  return localText(atNs, 'UTC').slice(11, 23);
}

/** A duration in its two largest units: `1 h 5 min`, `3.2 s`, `250 ms`. */
export function durationText(durationNs: bigint): string {
  const ms = Number(durationNs / 1_000_000n);
  if (ms < 1_000) return `${ms} ms`;
  if (ms < 60_000) return `${Math.floor(ms / 100) / 10} s`;
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 60) return `${minutes} min ${Math.floor((ms % 60_000) / 1_000)} s`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** Senders state any instant, also ones no calendar has: those are shown as they are. */
function localText(atNs: bigint, timeZone: string): string {
  try {
    const local = new Temporal.Instant(atNs).toZonedDateTimeISO(timeZone).toPlainDateTime();
    return local.toString({ fractionalSecondDigits: 3, roundingMode: 'floor' });
  } catch {
    return `${atNs} ns`;
  }
}
